package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MemoryTest {
  private static final long LIMIT = 1 << 20;

  /** Something of a size. */
  private record Thing(int sizeBytes) implements Kept {}

  private final Memory memory = new Memory(LIMIT);

  @Test
  void kept_isBoundedByBytes_andEvictionsAreCounted() {
    for (int i = 0; i < 40; i++) {
      memory.put("block " + i, new Thing(100_000));
    }

    assertThat(memory.keptBytes()).isLessThanOrEqualTo(LIMIT);
    assertThat(memory.evictions()).isEqualTo(40 - memory.count());
  }

  @Test
  void buffers_pushOutWhatIsKept_andGiveTheRoomBack() {
    for (int i = 0; i < 10; i++) {
      memory.put("block " + i, new Thing(100_000));
    }
    long most =
        memory.share(
            room -> {
              room.accept(LIMIT / 4);
              return memory.keptBytes() + memory.bufferBytes();
            });

    assertThat(most).isLessThanOrEqualTo(LIMIT);
    assertThat(memory.bufferBytes()).isZero();
    memory.put("one more", new Thing(200_000));
    assertThat(memory.keptBytes()).isGreaterThan(LIMIT * 3 / 4);
  }

  @Test
  void buffers_beyondTheirShare_areRefused_aloneToo() {
    assertThatThrownBy(
            () ->
                memory.share(
                    first ->
                        memory.share(
                            second -> {
                              first.accept(LIMIT / 8);
                              second.accept(LIMIT / 8);
                              second.accept(1);
                              return "more than a quarter";
                            })))
        .isInstanceOf(Memory.NoRoom.class);
    assertThat(memory.bufferBytes()).isZero();
    assertThatThrownBy(
            () ->
                memory.alone(
                    room -> {
                      room.accept(LIMIT / 4 + 1);
                      return "more than a quarter";
                    }))
        .isInstanceOf(Memory.NoRoom.class);
  }

  @Test
  void large_hasItsOwnShare() throws Exception {
    long both =
        memory.share(
            shared -> {
              shared.accept(LIMIT / 4);
              try {
                return memory.alone(
                    large -> {
                      large.accept(LIMIT / 4);
                      return memory.bufferBytes();
                    });
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });

    assertThat(both).isEqualTo(LIMIT / 2);
  }

  @Test
  void get_ofAnotherKind_isNothing() {
    memory.put("answer", new Thing(1));

    assertThat(memory.get("answer", Thing.class)).isPresent();
    assertThat(memory.get("answer", Block.class)).isEmpty();
  }
}
