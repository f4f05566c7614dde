package org.enstore.accounting;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.enstore.accounting.cli.ExitCode;
import org.enstore.accounting.outlook.Anomalies;
import org.enstore.accounting.outlook.AnomalyDetector;
import org.enstore.accounting.outlook.Band;
import org.enstore.accounting.outlook.Forecast;
import org.enstore.accounting.outlook.Forecaster;
import org.enstore.accounting.outlook.Seasons;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Runs the methods of the outlook over data sets in files, so that their quality can be measured.
 * The folder read has a folder for each set, {@code TASK/SET}, with its facts in {@code set.csv};
 * what is found out is written below the same names.
 */
@Command(
    name = "evaluate",
    hidden = true,
    header = "Runs forecasts, anomalies and risk over data sets in files.",
    description = {
      "IN/forecast/SET/series.csv (series,time,value) becomes OUT/forecast/SET/forecast.csv;"
          + " IN/anomalies/SET/**/*.csv (timestamp,value) become files of the same names with scores;"
          + " IN/ranking/SET/days.csv, signals.csv, dates.csv and events.csv become ranking.csv.",
      "Each set has a set.csv (name,value) with the line task, and for forecasts horizon, season,"
          + " long_season and level."
    },
    mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
  private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "IN", description = "The folder with the data sets.")
  @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
  private Path in;

  @Parameters(index = "1", paramLabel = "OUT", description = "The folder for what is found out.")
  @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
  private Path out;

  @Override
  public Integer call() {
    try {
      int sets = 0;
      for (Path listing : listings()) {
        Path folder = listing.getParent();
        if (folder != null) {
          evaluate(folder, facts(listing));
          sets++;
        }
      }
      if (sets == 0) {
        throw new IOException(in + " has no set: TASK/SET/set.csv is needed");
      }
      return ExitCode.DONE;
    } catch (IOException e) {
      spec.commandLine().getErr().println("Cannot evaluate: " + e.getMessage());
      return ExitCode.FAILED;
    }
  }

  private List<Path> listings() throws IOException {
    if (!Files.isDirectory(in)) {
      throw new IOException(in + " is no folder; give the one that has TASK/SET/set.csv");
    }
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(in, Files::isDirectory)) {
      for (Path task : tasks) {
        try (DirectoryStream<Path> sets = Files.newDirectoryStream(task, Files::isDirectory)) {
          for (Path set : sets) {
            Path listing = set.resolve("set.csv");
            if (Files.isRegularFile(listing)) {
              found.add(listing);
            }
          }
        }
      }
    }
    found.sort(null);
    return found;
  }

  private static Map<String, String> facts(Path listing) throws IOException {
    Map<String, String> facts = new LinkedHashMap<>();
    try (CsvFile table = new CsvFile(listing, "name", "value")) {
      while (table.next()) {
        facts.put(table.text(0), table.text(1));
      }
    }
    return facts;
  }

  private void evaluate(Path folder, Map<String, String> facts) throws IOException {
    Path target = out.resolve(in.relativize(folder).toString());
    Files.createDirectories(target);
    String task = facts.getOrDefault("task", "");
    switch (task) {
      case "forecast" -> forecast(folder, target, facts);
      case "anomalies" -> anomalies(folder, target);
      case "ranking" -> new RankingEvaluation(folder).writeTo(target.resolve("ranking.csv"));
      default ->
          throw new IOException(
              folder.resolve("set.csv")
                  + ": task is '"
                  + task
                  + "'; it must be forecast, anomalies or ranking");
    }
  }

  private static void forecast(Path folder, Path target, Map<String, String> facts)
      throws IOException {
    int horizon = number(folder, facts, "horizon");
    Seasons seasons =
        new Seasons(number(folder, facts, "season"), number(folder, facts, "long_season"));
    Band band = band(folder, facts.getOrDefault("level", ""));
    Forecaster forecaster = new Forecaster(seasons, horizon);
    try (BufferedWriter writer = Files.newBufferedWriter(target.resolve("forecast.csv"))) {
      writer.write("series,step,expected,lower,upper\n");
      for (Map.Entry<String, NumberList> series : series(folder).entrySet()) {
        double[] values = series.getValue().all();
        Forecast forecast = forecaster.of(values);
        for (int step = 0; step < horizon; step++) {
          String numbers =
              forecast.horizon() == 0
                  ? last(values, seasons.shorter(), step) + ",,"
                  : forecast.expected(step)
                      + ","
                      + forecast.lower(band, step)
                      + ","
                      + forecast.upper(band, step);
          writer.write(series.getKey() + "," + (step + 1) + "," + numbers + "\n");
        }
      }
    }
  }

  /** Scores do not depend on how many false alarms are tolerated. */
  private static void anomalies(Path folder, Path target) throws IOException {
    AnomalyDetector detector = new AnomalyDetector(1, 1, 1000);
    for (Path file : seriesFiles(folder)) {
      List<String> times = new ArrayList<>();
      NumberList values = new NumberList();
      try (CsvFile table = new CsvFile(file, "timestamp", "value")) {
        while (table.next()) {
          times.add(table.text(0));
          values.add(table.number(1));
        }
      }
      Anomalies anomalies = detector.of(values.all());
      Path scores = target.resolve(folder.relativize(file).toString());
      Files.createDirectories(scores.resolveSibling(""));
      try (BufferedWriter writer = Files.newBufferedWriter(scores)) {
        writer.write("timestamp,score\n");
        for (int i = 0; i < times.size(); i++) {
          writer.write(times.get(i) + "," + anomalies.score(i) + "\n");
        }
      }
    }
  }

  private static List<Path> seriesFiles(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(
              file -> file.toString().endsWith(".csv") && !file.equals(folder.resolve("set.csv")))
          .sorted()
          .toList();
    }
  }

  /** The format wants a number where the product says that it has none. */
  private static double last(double[] values, int season, int step) {
    return values[Math.max(0, values.length - season + step % season)];
  }

  private static Band band(Path folder, String level) throws IOException {
    for (Band band : Band.values()) {
      if (level.equals(String.valueOf(band.share()))) {
        return band;
      }
    }
    throw new IOException(folder.resolve("set.csv") + ": level must be 0.8 or 0.95");
  }

  private static int number(Path folder, Map<String, String> facts, String name)
      throws IOException {
    try {
      return Integer.parseInt(facts.getOrDefault(name, ""));
    } catch (NumberFormatException e) {
      throw new IOException(folder.resolve("set.csv") + ": " + name + " must be a whole number", e);
    }
  }

  private static Map<String, NumberList> series(Path folder) throws IOException {
    Map<String, NumberList> series = new LinkedHashMap<>();
    try (CsvFile table = new CsvFile(folder.resolve("series.csv"), "series", "value")) {
      while (table.next()) {
        series.computeIfAbsent(table.text(0), name -> new NumberList()).add(table.number(1));
      }
    }
    return series;
  }
}
