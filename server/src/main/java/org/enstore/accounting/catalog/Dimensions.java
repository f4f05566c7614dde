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
      Dimension.of(
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

  /** The robot, as its media changer calls it, whatever the virtual libraries in it. */
  public static final Dimension TAPE_LIBRARY =
      Dimension.of("tapeLibrary", "tape library", "tape libraries");

  /** The type of a tape, such as LTO8 or M8. */
  public static final Dimension MEDIA_TYPE = Dimension.of("mediaType", "media type", "media types");

  /** A part of a robot that slots are counted in. */
  public static final Dimension LOCATION = Dimension.of("location", "location", "locations");

  /** A job that {@code ecron} runs. */
  public static final Dimension JOB = Dimension.of("job", "job", "jobs");

  /** The version of a drive's own program. */
  public static final Dimension FIRMWARE =
      Dimension.of("firmware", "firmware", "firmware versions");

  /** Which way a file moved, as seen from tape. */
  public static final Dimension DIRECTION =
      Dimension.of(
          "direction",
          "direction",
          "directions",
          Arrays.stream(Direction.values()).map(Direction::label).toList());

  private Dimensions() {}
}
