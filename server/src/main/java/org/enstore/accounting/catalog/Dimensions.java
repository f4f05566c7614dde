package org.enstore.accounting.catalog;

import java.util.Arrays;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.MoverClass;

/** The dimensions that several datasets have. */
public final class Dimensions {
  /** Who moves files to and from a drive. */
  public static final Dimension MOVER = Dimension.of("mover", "mover", "movers");

  /** What a mover writes to. */
  public static final Dimension MOVER_CLASS =
      new Dimension(
          "moverClass",
          "mover class",
          "mover classes",
          Arrays.stream(MoverClass.values()).map(MoverClass::label).toList());

  public static final Dimension STORAGE_GROUP =
      Dimension.of("storageGroup", "storage group", "storage groups");

  public static final Dimension LIBRARY = Dimension.of("library", "library", "libraries");

  /** The product that a drive calls itself. */
  public static final Dimension DRIVE_TYPE = Dimension.of("driveType", "drive type", "drive types");

  public static final Dimension MEDIA_CHANGER =
      Dimension.of("mediaChanger", "media changer", "media changers");

  /** The serial number of a drive. */
  public static final Dimension DRIVE_SERIAL = Dimension.of("driveSerial", "drive", "drives");

  /** The label of a tape. */
  public static final Dimension VOLUME = Dimension.of("volume", "tape", "tapes");

  /** The host that a mover or a client runs on. */
  public static final Dimension NODE = Dimension.of("node", "host", "hosts");

  /** Which way a file moved, as seen from tape. */
  public static final Dimension DIRECTION =
      new Dimension(
          "direction",
          "direction",
          "directions",
          Arrays.stream(Direction.values()).map(Direction::label).toList());

  private Dimensions() {}
}
