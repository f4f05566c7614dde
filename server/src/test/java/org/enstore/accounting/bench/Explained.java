package org.enstore.accounting.bench;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.enstore.accounting.demo.KeptPair;
import org.enstore.accounting.demo.ReplicatedPair.Role;

/**
 * What the standby itself says, as by {@code EXPLAIN (ANALYZE, BUFFERS)}, of every statement that
 * arrives while this is open: of the very statements, with their very parameters.
 */
final class Explained implements AutoCloseable {
  private static final String SETTING = "auto_explain.log_min_duration";
  private static final long SETTLING_MILLIS = 400;

  private final KeptPair pair;
  private long seen;
  private final List<String> statements = new ArrayList<>();

  private Explained(KeptPair pair) {
    this.pair = pair;
  }

  static Explained of(KeptPair pair) throws IOException, InterruptedException, SQLException {
    Explained explained = new Explained(pair);
    explained.configure("ALTER SYSTEM SET " + SETTING + " = 0");
    explained.skip();
    return explained;
  }

  /** Forgets what was logged so far. */
  void skip() throws IOException, InterruptedException {
    Thread.sleep(SETTLING_MILLIS);
    seen = Files.size(pair.standbyLog());
  }

  /** The buffers that the reader's statements since the last {@link #skip} hit or read. */
  double buffers() throws IOException, InterruptedException {
    Thread.sleep(SETTLING_MILLIS);
    Path log = pair.standbyLog();
    byte[] all = Files.readAllBytes(log);
    String text = new String(all, (int) seen, all.length - (int) seen, StandardCharsets.UTF_8);
    statements.clear();
    double sum = 0;
    StringBuilder json = new StringBuilder();
    for (String line : text.lines().toList()) {
      if (line.startsWith("\t")) {
        json.append(line.strip()).append(' ');
        continue;
      }
      sum += buffersOf(json);
      json.setLength(0);
      if (line.contains(Role.READER.user() + "@") && line.endsWith("plan:")) {
        json.append(' ');
      }
    }
    return sum + buffersOf(json);
  }

  /** What was counted last, one line for each statement. */
  List<String> statements() {
    return List.copyOf(statements);
  }

  @Override
  public void close() throws SQLException {
    configure("ALTER SYSTEM RESET " + SETTING);
  }

  private double buffersOf(StringBuilder json) {
    if (json.indexOf("{") < 0 || json.charAt(0) != ' ') {
      return 0;
    }
    JsonElement parsed = JsonParser.parseString(json.toString());
    JsonObject plan = parsed.getAsJsonObject().getAsJsonObject("Plan");
    double buffers = number(plan, "Shared Hit Blocks") + number(plan, "Shared Read Blocks");
    statements.add(
        String.format(
            Locale.ROOT,
            "%.0f buffers: %s",
            buffers,
            parsed.getAsJsonObject().get("Query Text").getAsString()));
    return buffers;
  }

  private static double number(JsonObject object, String name) {
    JsonElement element = object.get(name);
    return element == null ? 0 : element.getAsDouble();
  }

  private void configure(String sql) throws SQLException {
    try (Connection connection = pair.connectToStandby("postgres", Role.SUPERUSER);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
      statement.execute("SELECT pg_reload_conf()");
    }
  }
}
