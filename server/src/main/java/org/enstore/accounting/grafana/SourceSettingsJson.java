package org.enstore.accounting.grafana;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.enstore.accounting.config.Key;
import org.enstore.accounting.config.SettingsProblems;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.SourceSettingsLoader;
import org.enstore.accounting.config.SourceSettingsLoader.RawSettings;
import org.enstore.accounting.proto.pluginv2.DataSourceInstanceSettings;

/** Reads a data source's settings as Grafana sends them. */
final class SourceSettingsJson {
  private SourceSettingsJson() {}

  /**
   * The settings in {@code sent}. Its id, name and version are Grafana's own affair, its basic
   * authentication belongs to HTTP, and its uid and time of saving identify rather than configure.
   * Unknown keys are left out; see {@link #unknown}.
   *
   * @throws SettingsProblems with all problems together
   */
  static SourceSettings read(DataSourceInstanceSettings sent) {
    RawSettings raw = raw(sent);
    List<String> unknown = SourceSettingsLoader.unknown(raw);
    Map<String, Object> json = new LinkedHashMap<>(raw.json());
    json.keySet().removeAll(unknown);
    Map<String, String> secrets = new LinkedHashMap<>(raw.secrets());
    secrets.keySet().removeAll(unknown);
    return SourceSettingsLoader.load(
        new RawSettings(raw.url(), raw.user(), raw.database(), json, secrets));
  }

  /**
   * What to tell of the keys and secrets in {@code sent} that nobody knows, such as those that a
   * newer Grafana adds; empty when there are none.
   *
   * @throws SettingsProblems when the settings cannot be read at all
   */
  static Optional<String> unknown(DataSourceInstanceSettings sent) {
    List<String> unknown = SourceSettingsLoader.unknown(raw(sent));
    return unknown.isEmpty()
        ? Optional.empty()
        : Optional.of(
            UnknownKeys.sentence(
                unknown,
                Stream.concat(
                        SourceSettingsLoader.KEYS.stream().map(Key::name),
                        SourceSettingsLoader.SECRETS.stream())
                    .toList(),
                "The settings have keys that this version of the plugin does not know"));
  }

  private static RawSettings raw(DataSourceInstanceSettings sent) {
    try {
      return new RawSettings(
          sent.getUrl(),
          sent.getUser(),
          sent.getDatabase(),
          Json.object(sent.getJsonData()),
          sent.getDecryptedSecureJsonDataMap());
    } catch (IllegalArgumentException e) {
      throw new SettingsProblems(List.of("The settings object (jsonData) " + e.getMessage()));
    }
  }
}
