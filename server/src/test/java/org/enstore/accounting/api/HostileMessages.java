package org.enstore.accounting.api;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Random;
import org.enstore.accounting.proto.v1.SeriesQuery;

/** Messages that are valid on the wire and hold whatever an enemy might put into them. */
final class HostileMessages {
  private static final List<String> TEXTS =
      List.of(
          "",
          "1h",
          "auto",
          "x".repeat(1000),
          "(",
          "(a*)*b",
          "\u0000",
          "'; drop table",
          "\uD83D\uDE00",
          "-5m",
          "9999999999999999999d",
          "1M",
          "0s",
          ".*");
  private static final List<Long> NUMBERS =
      List.of(
          0L,
          1L,
          -1L,
          Long.MAX_VALUE,
          Long.MIN_VALUE,
          1_700_000_000L,
          1_700_086_400L,
          253_402_300_800L);

  private HostileMessages() {}

  static SeriesQuery query(Random random) {
    SeriesQuery.Builder query = SeriesQuery.newBuilder();
    fill(query, random, 0.6);
    return query.build();
  }

  /** Sets each field with the given chance, to a nasty value. */
  static void fill(Message.Builder message, Random random, double chance) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (random.nextDouble() > chance) {
        continue;
      }
      if (field.isRepeated()) {
        int count = random.nextInt(20) == 0 ? 1000 : random.nextInt(3);
        for (int i = 0; i < count; i++) {
          message.addRepeatedField(field, value(message, field, random, chance));
        }
      } else {
        message.setField(field, value(message, field, random, chance));
      }
    }
  }

  private static Object value(
      Message.Builder message, FieldDescriptor field, Random random, double chance) {
    return switch (field.getJavaType()) {
      case STRING -> TEXTS.get(random.nextInt(TEXTS.size()));
      case BOOLEAN -> random.nextBoolean();
      case INT -> (int) (long) NUMBERS.get(random.nextInt(NUMBERS.size()));
      case LONG -> NUMBERS.get(random.nextInt(NUMBERS.size()));
      case ENUM -> number(field, random);
      case MESSAGE -> {
        Message.Builder inner = message.newBuilderForField(field);
        fill(inner, random, chance);
        yield inner.build();
      }
      case FLOAT, DOUBLE, BYTE_STRING ->
          throw new IllegalStateException("no request has a field of this type: " + field);
    };
  }

  private static EnumValueDescriptor number(FieldDescriptor field, Random random) {
    int number = random.nextInt(6) == 0 ? random.nextInt() : random.nextInt(8);
    return field.getEnumType().findValueByNumberCreatingIfUnknown(number);
  }
}
