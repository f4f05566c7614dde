package org.enstore.accounting.grafana;

import java.util.List;
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
   *
   * @throws SettingsProblems with all problems together
   */
  static SourceSettings read(DataSourceInstanceSettings sent) {
    try {
      return SourceSettingsLoader.load(
          new RawSettings(
              sent.getUrl(),
              sent.getUser(),
              sent.getDatabase(),
              Json.object(sent.getJsonData()),
              sent.getDecryptedSecureJsonDataMap()));
    } catch (SettingsProblems e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new SettingsProblems(List.of("The settings object (jsonData) " + e.getMessage()));
    }
  }
}
