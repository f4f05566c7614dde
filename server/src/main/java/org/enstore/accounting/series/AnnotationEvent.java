package org.enstore.accounting.series;

/** What graphs can be marked with. */
public enum AnnotationEvent {
  /** A mover that had transfers had none for a while. */
  MOVER_SILENT("moverSilent"),
  /** A day on which more was transferred than on any day before. */
  RECORD_DAY("recordDay"),
  /** A mover has another drive. */
  DRIVE_CHANGE("driveChange"),
  /** A standby was further behind its primary than it should be, or nobody could tell. */
  REPLICATION_LAG("replicationLag"),
  /** A stretch of unusual values, which an {@link AnomalyQuery} asks for. */
  ANOMALY("anomaly");

  private final String label;

  AnnotationEvent(String label) {
    this.label = label;
  }

  /** The word used in queries and tags. */
  public String label() {
    return label;
  }
}
