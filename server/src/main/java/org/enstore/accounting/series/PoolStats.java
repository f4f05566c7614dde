package org.enstore.accounting.series;

import java.util.List;

/** The connection pools of one data source, one entry for each host that was used. */
public record PoolStats(List<Pool> pools) {
  public PoolStats {
    pools = List.copyOf(pools);
  }

  /** Connections of one host: in use, idle, and threads waiting for one. */
  public record Pool(String host, int active, int idle, int waiting) {}
}
