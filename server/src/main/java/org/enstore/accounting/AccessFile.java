package org.enstore.accounting;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.enstore.accounting.api.AccessList;
import org.enstore.accounting.config.SettingsProblems;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The access list as its file says now. A file that is wrong, or gone, changes nothing: the list
 * before it stays, and the log says why. Thread-safe.
 */
final class AccessFile {
  private static final Logger logger = LoggerFactory.getLogger(AccessFile.class);

  private final Path file;
  private final Set<String> sources;
  private volatile String text;
  private volatile AccessList list;

  /**
   * Reads {@code file}.
   *
   * @param sources the names of all data sources
   * @throws SettingsProblems when it cannot be read, is wrong or lists nobody
   */
  AccessFile(Path file, Set<String> sources) {
    this.file = file;
    this.sources = sources;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new SettingsProblems(
          List.of("\"accessList\" is \"" + file + "\", which cannot be read: " + e.getMessage()));
    }
    list = parse(text);
  }

  /** The list. */
  AccessList list() {
    return list;
  }

  /** Reads the file again if it has changed. To be called every second. */
  void refresh() {
    String now;
    try {
      now = Files.readString(file);
    } catch (IOException e) {
      // As editors replace a file it is gone for a moment; a list that stays away is still in
      // force.
      logger.debug("access list cannot be read: file={} reason={}", file, e.getMessage());
      return;
    }
    if (now.equals(text)) {
      return;
    }
    text = now;
    try {
      list = parse(now);
      logger.info("access list read again: file={}", file);
    } catch (SettingsProblems e) {
      e.problems()
          .forEach(
              problem ->
                  logger.error("access list is wrong, the one before it stays: {}", problem));
    }
  }

  private AccessList parse(String content) {
    try {
      AccessList parsed = AccessList.parse(content, sources);
      if (parsed.isEmpty()) {
        throw new SettingsProblems(
            List.of("it lists nobody; add a line \"token <name> sha256:<digest> <sources>\"."));
      }
      return parsed;
    } catch (SettingsProblems e) {
      throw new SettingsProblems(
          e.problems().stream().map(problem -> file + ": " + problem).toList());
    }
  }
}
