package org.enstore.accounting.frame;

import java.util.List;

/** Makes the table that a dashboard variable is filled from: texts to show, values to insert. */
public final class NamesFrame {
  private NamesFrame() {}

  /** One choice of a variable. */
  public record Choice(String text, String value) {
    /** A choice that shows what it inserts. */
    public static Choice of(String name) {
      return new Choice(name, name);
    }
  }

  /** The choices, in this order, as a frame with the columns {@code text} and {@code value}. */
  public static Frame of(String refId, List<Choice> choices, List<FrameNotice> notices) {
    return Frame.answering(refId)
        .meta(FrameMeta.of(FrameType.TABLE).notices(notices).build())
        .column(Column.texts("text", choices.stream().map(Choice::text).toList()))
        .column(Column.texts("value", choices.stream().map(Choice::value).toList()))
        .build();
  }
}
