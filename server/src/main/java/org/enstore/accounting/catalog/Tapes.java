package org.enstore.accounting.catalog;

import java.util.List;
import org.enstore.accounting.catalog.RowColumn.Kind;

/**
 * The tapes that there are, as enstoredb has them now. Deleted ones and those of null movers are
 * none of them.
 */
public final class Tapes {
  public static final RowColumn LABEL = RowColumn.of(Dimensions.VOLUME, "Tape");
  public static final RowColumn LIBRARY = RowColumn.of(Dimensions.LIBRARY, "Library");
  public static final RowColumn MEDIA_TYPE = RowColumn.of(Dimensions.MEDIA_TYPE, "Media type");
  public static final RowColumn STORAGE_GROUP =
      RowColumn.of(Dimensions.STORAGE_GROUP, "Storage group");
  public static final RowColumn FILE_FAMILY = RowColumn.of("fileFamily", "File family", Kind.TEXT);

  /** What is written, deleted files included, as a part of the capacity. */
  public static final RowColumn FILL = RowColumn.of("fill", "Fill", Kind.PERCENT);

  public static final RowColumn CAPACITY = RowColumn.of("capacity", "Capacity", Kind.BYTES);
  public static final RowColumn REMAINING = RowColumn.of("remaining", "Remaining", Kind.BYTES);
  public static final RowColumn ACTIVE = RowColumn.of("activeBytes", "Active", Kind.BYTES);
  public static final RowColumn DELETED = RowColumn.of("deletedBytes", "Deleted", Kind.BYTES);
  public static final RowColumn MOUNTS = RowColumn.of("mounts", "Mounts", Kind.COUNT);

  /** When it was last read or written; missing when it never was. */
  public static final RowColumn LAST_ACCESS = RowColumn.of("lastAccess", "Last access", Kind.TIME);

  /** Such as none, NOACCESS or NOTALLOWED. */
  public static final RowColumn INHIBIT_0 =
      RowColumn.of("systemInhibit0", "System inhibit 0", Kind.TEXT);

  /** Such as none, full, readonly or migrated. */
  public static final RowColumn INHIBIT_1 =
      RowColumn.of("systemInhibit1", "System inhibit 1", Kind.TEXT);

  /** y, n, or u where nobody knows. */
  public static final RowColumn WRITE_PROTECTED =
      RowColumn.of("writeProtected", "Write protected", Kind.TEXT);

  /** The table. */
  public static final RowTable TABLE =
      new RowTable(
          "tapes",
          "tapes",
          Database.ENSTOREDB,
          "volume",
          List.of(
              LABEL,
              LIBRARY,
              MEDIA_TYPE,
              STORAGE_GROUP,
              FILE_FAMILY,
              FILL,
              CAPACITY,
              REMAINING,
              ACTIVE,
              DELETED,
              MOUNTS,
              LAST_ACCESS,
              INHIBIT_0,
              INHIBIT_1,
              WRITE_PROTECTED));

  private Tapes() {}
}
