package dev.fcgi.examples;

import com.sun.net.httpserver.HttpServer;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.glassfish.jersey.jdkhttp.JdkHttpServerFactory;
import org.glassfish.jersey.server.ResourceConfig;

/** A program of Jersey's for the JDK's HTTP server, as its documentation shows one. */
public final class JerseyProgram {
    /** How many lines are streamed. */
    static final int LINES = 100_000;

    private JerseyProgram() {}

    public static void main(String[] arguments) {
        ResourceConfig config = new ResourceConfig(Numbers.class, Mapper.class);
        HttpServer server = JdkHttpServerFactory.createHttpServer(
                URI.create("http://127.0.0.1:" + arguments[0] + "/api/"), config);
        // Jersey has wrapped the server; a context knows its own
        System.out.println("serves by " + server.createContext("/other").getServer().getClass().getName());
    }

    /** Two numbers. */
    public static final class Pair {
        public int one;
        public int other;
    }

    /** Their sum. */
    public static final class Sum {
        public int sum;
    }

    /** What a program may want of JAX-RS. */
    @Path("numbers")
    public static final class Numbers {
        @GET
        @Produces("text/plain")
        public String get(@QueryParam("name") String name, @Context UriInfo uri) {
            return "hello, " + name + ", at " + uri.getAbsolutePath() + '\n';
        }

        @POST
        @Consumes("application/json")
        @Produces("application/json")
        public Response add(Pair pair, @Context UriInfo uri) {
            Sum sum = new Sum();
            sum.sum = pair.one + pair.other;
            return Response.created(uri.getAbsolutePathBuilder().path("1").build()).entity(sum).build();
        }

        @GET
        @Path("stream")
        @Produces("text/plain")
        public StreamingOutput stream() {
            return out -> {
                for (int i = 0; i < LINES; i++) {
                    out.write((i + "\n").getBytes(StandardCharsets.US_ASCII));
                }
            };
        }

        @GET
        @Path("none")
        public void none() {
            throw new IllegalArgumentException("there is none");
        }

        @GET
        @Path("broken")
        public String broken() {
            throw new IllegalStateException("on purpose");
        }

        @GET
        @Path("later")
        @Produces("text/plain")
        public void later(@Suspended AsyncResponse response) {
            new Thread(() -> response.resume("later\n")).start();
        }
    }

    /** Makes an answer of an exception. */
    public static final class Mapper implements ExceptionMapper<IllegalArgumentException> {
        @Override
        public Response toResponse(IllegalArgumentException exception) {
            return Response.status(422).type("text/plain").entity(exception.getMessage()).build();
        }
    }
}
