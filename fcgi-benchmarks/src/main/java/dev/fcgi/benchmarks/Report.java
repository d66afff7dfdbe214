package dev.fcgi.benchmarks;

import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.HorizontalBarChart;
import org.knowm.xchart.HorizontalBarChartBuilder;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.HorizontalBarStyler;
import org.knowm.xchart.style.Styler;

/** Creates a table (jmh.md) and a chart (jmh.png) from JMH's results (jmh.json): the speed relative to the baseline. */
final class Report {
    /** From the bottom of the chart to its top: benchmarks and how they are called. */
    private static final String[][] LOADS = {
        {"upload", "1 MiB uploads"},
        {"big", "1 MiB responses"},
        {"multiplexed", "multiplexed"},
        {"fresh", "new connections"},
        {"kept", "kept alive"},
    };
    /** Series: client, server, name, colour. */
    private static final String[][] SERIES = {
        {"fcgi", "fcgi", "both", "#999999"},
        {"fcgi", "bare", "client", "#e69f00"},
        {"bare", "fcgi", "server", "#0072b2"},
    };
    private static final String TITLE = "Requests per second over a Unix socket (bare loops on virtual threads = 1)";

    private static final int WIDTH = 800;
    private static final int HEIGHT = 440;

    private final Map<String, Result> results = new TreeMap<>();

    private Report(List<Result> results) {
        results.forEach(result -> this.results.put(result.key(), result));
    }

    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        Report report = new Report(Result.read(directory.resolve("jmh.json")));
        String table = report.table();
        Files.writeString(directory.resolve("jmh.md"), table);
        System.out.print(table);
        if (report.results.keySet().stream().anyMatch(key -> key.startsWith("EndToEndBench"))) {
            report.chart(directory.resolve("jmh.png"));
        }
    }

    private String table() {
        StringBuilder table = new StringBuilder("""
                | benchmark | parameters | speed, baseline = 1 | bytes allocated |
                |---|---|--:|--:|
                """);
        for (Result result : results.values()) {
            boolean baseline = result.key().equals(result.baselineKey());
            table.append(String.format(Locale.ROOT, "| %s | %s | %s | %s |%n",
                    result.benchmark(), result.describe(),
                    baseline ? "1" : twoDigits(result.ratio(results)),
                    result.bytes() < 0 ? "" : Long.toString(result.bytes())));
        }
        return table.toString();
    }

    private static String twoDigits(double ratio) {
        return Double.isNaN(ratio) ? "" : new BigDecimal(ratio).round(new MathContext(2)).toPlainString();
    }

    private void chart(Path file) throws IOException {
        HorizontalBarChart chart = new HorizontalBarChartBuilder().width(WIDTH).height(HEIGHT).title(TITLE).build();
        style(chart.getStyler());
        double longest = results.values().stream()
                .filter(result -> result.benchmark().startsWith("EndToEndBench"))
                .mapToDouble(result -> result.ratio(results))
                .reduce(1, Math::max);
        chart.getStyler().setXAxisMax(longest);
        for (String[] series : SERIES) {
            List<Double> ratios = new ArrayList<>();
            for (String[] load : LOADS) {
                Map<String, String> parameters = new TreeMap<>(Map.of("client", series[0], "server", series[1]));
                Result result = results.get("EndToEndBench." + load[0] + parameters);
                ratios.add(result == null ? 0 : Math.round(100 * result.ratio(results)) / 100.0);
            }
            chart.addSeries(series[2], ratios, Arrays.stream(LOADS).map(load -> load[1]).toList())
                    .setFillColor(Color.decode(series[3]));
        }
        BitmapEncoder.saveBitmapWithDPI(chart, file.toString(), BitmapFormat.PNG, 144);
    }

    private static void style(HorizontalBarStyler styler) {
        Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
        styler.setLabelsVisible(true).setLabelsFont(font).setLabelsPosition(0.5).setAvailableSpaceFill(0.8);
        styler.setXAxisMin(0.0);
        styler.setDecimalPattern("0.00");
        styler.setYAxisTickMarkSpacingHint(20);
        styler.setAxisTickLabelsFont(font);
        styler.setYAxisLabelAlignment(TextAlignment.Right);
        styler.setPlotGridHorizontalLinesVisible(false);
        styler.setPlotBorderVisible(false);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setChartTitleFont(font.deriveFont(Font.BOLD, 14f));
        styler.setChartTitleBoxVisible(false);
        styler.setLegendFont(font);
        styler.setLegendPosition(Styler.LegendPosition.OutsideS);
        styler.setLegendLayout(Styler.LegendLayout.Horizontal);
        styler.setLegendBorderColor(Color.WHITE);
    }
}
