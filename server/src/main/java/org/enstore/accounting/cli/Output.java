package org.enstore.accounting.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * Where an answer goes: a file or standard output. Text is UTF-8. A file gets its name when the
 * answer is {@linkplain #finish whole}; pipes and devices take it as it is written.
 */
final class Output implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Optional<Path> file;
  private final Optional<Draft> draft;
  private final OutputStream out;

  /**
   * An output to {@code file}, or else to {@code standard}.
   *
   * @throws Failure when the file cannot be written
   */
  Output(Optional<Path> file, OutputStream standard) {
    this.file = file;
    try {
      draft =
          file.isPresent() && Draft.suits(file.get())
              ? Optional.of(new Draft(file.get()))
              : Optional.empty();
      out = new BufferedOutputStream(stream(standard), BUFFER_BYTES);
    } catch (IOException e) {
      throw lost(e);
    }
  }

  private OutputStream stream(OutputStream standard) throws IOException {
    if (draft.isPresent()) {
      return draft.get().open();
    }
    return file.isPresent()
        ? Files.newOutputStream(file.get(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)
        : standard;
  }

  /** Writes bytes as they are. */
  void write(byte[] bytes) {
    try {
      out.write(bytes);
    } catch (IOException e) {
      throw lost(e);
    }
  }

  /** Writes text; the end of a line is the text's own. */
  void text(CharSequence text) {
    write(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Writes {@code line} and the end of it. */
  void line(String line) {
    text(line + "\n");
  }

  /** Lets the reader have everything that was written. */
  void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw lost(e);
    }
  }

  /** The answer is whole: the reader has all of it, and a file gets its name. */
  void finish() {
    try {
      if (draft.isPresent()) {
        out.close();
        draft.get().publish();
      } else {
        out.flush();
      }
    } catch (IOException e) {
      throw lost(e);
    }
  }

  /**
   * Lets go of a file, with no trace of an answer that is not whole; standard output stays open.
   */
  @Override
  public void close() {
    if (file.isPresent()) {
      try {
        if (draft.isPresent()) {
          draft.get().giveUp();
        }
        out.close();
      } catch (IOException ignored) {
        // All was written before, or why it was not has been told.
      }
    }
  }

  private Failure lost(IOException e) {
    if (file.isPresent()) {
      return new Failure(
          ExitCode.FAILED,
          List.of("--output " + file.get() + " cannot be written: " + reason(e) + "."));
    }
    // Standard output fails when a pipe's reader has had enough, which needs no words.
    return new Failure(ExitCode.BROKEN_PIPE, List.of());
  }

  /** Why a file could not be used, in words. */
  static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file or folder";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof CharacterCodingException) {
      return "it is no text in UTF-8";
    }
    if (e instanceof FileSystemException system && system.getReason() != null) {
      return system.getReason();
    }
    String message = Optional.ofNullable(e.getMessage()).orElse("");
    return message.isEmpty() ? e.getClass().getSimpleName() : message;
  }
}
