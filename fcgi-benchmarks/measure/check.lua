-- For wrk with one thread: counts answers that are not the expected one.
wrong = 0

function setup(thread)
  checked = thread
end

function response(status, headers, body)
  if status ~= 200 or body ~= "hello\n" or headers["Content-Type"] ~= "text/plain" then
    wrong = wrong + 1
  end
end

function done(summary, latency, requests)
  local e = summary.errors
  print(string.format("requests=%d us=%d p50=%d p99=%d wrong=%d", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), checked:get("wrong") + e.connect + e.read + e.write + e.timeout))
end
