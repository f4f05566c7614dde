package org.enstore.accounting;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.config.ServeSettings;
import org.enstore.accounting.config.ServeSettingsLoader;
import org.enstore.accounting.config.SettingsProblems;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** The daemon's configuration file, which is YAML. */
final class ServeFile {
  private ServeFile() {}

  /**
   * Reads and checks {@code file} and the files it names, whose paths are relative to its own.
   *
   * @throws SettingsProblems with all problems together
   */
  static ServeSettings read(Path file, Map<String, String> environment) {
    Path folder = folderOf(file);
    return ServeSettingsLoader.load(
        yaml(file),
        new ServeSettingsLoader.Surroundings(
            environment, path -> text(resolve(folder, path)), ServeFile::isLoopback));
  }

  /** Where relative paths of the configuration in {@code file} begin. */
  static Path folderOf(Path file) {
    return file.toAbsolutePath().resolveSibling("");
  }

  /** {@code path} of a configuration in {@code folder}. */
  static Path resolve(Path folder, String path) {
    return folder.resolve(path);
  }

  private static Map<String, Object> yaml(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new SettingsProblems(
          List.of("The configuration " + file + " cannot be read: " + e.getMessage()));
    }
    Object read;
    try {
      read =
          new Load(LoadSettings.builder().setLabel(file.toString()).build()).loadFromString(text);
    } catch (YamlEngineException e) {
      throw new SettingsProblems(
          List.of("The configuration " + file + " is not valid YAML: " + e.getMessage()));
    }
    if (!(read instanceof Map<?, ?> map)) {
      throw new SettingsProblems(
          List.of("The configuration " + file + " must be a mapping of keys to values."));
    }
    Map<String, Object> object = new LinkedHashMap<>();
    map.forEach((key, value) -> object.put(String.valueOf(key), value));
    return object;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot be read: " + e.getMessage(), e);
    }
  }

  private static boolean isLoopback(String host) {
    try {
      for (InetAddress address : InetAddress.getAllByName(host)) {
        if (!address.isLoopbackAddress()) {
          return false;
        }
      }
      return true;
    } catch (UnknownHostException ignored) {
      // An unknown host is surely not this machine alone; listening on it will say the rest.
      return false;
    }
  }
}
