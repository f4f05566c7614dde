package org.enstore.accounting.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where an answer goes: a file, which is made when the first of it is there, or standard output.
 * Text is UTF-8.
 */
final class Output implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Optional<Path> file;
  private final OutputStream standard;
  private @Nullable OutputStream out;

  /** An output to {@code file}, or else to {@code standard}. */
  Output(Optional<Path> file, OutputStream standard) {
    this.file = file;
    this.standard = standard;
  }

  /** Writes bytes as they are. */
  void write(byte[] bytes) {
    try {
      OutputStream to = out;
      if (to == null) {
        to =
            new BufferedOutputStream(
                file.isPresent() ? Files.newOutputStream(file.get()) : standard, BUFFER_BYTES);
        out = to;
      }
      to.write(bytes);
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
      if (out != null) {
        out.flush();
      }
    } catch (IOException e) {
      throw lost(e);
    }
  }

  /** Writes out everything; the file is closed, standard output is not. */
  @Override
  public void close() {
    flush();
    try {
      if (out != null && file.isPresent()) {
        out.close();
      }
    } catch (IOException e) {
      throw lost(e);
    }
  }

  private Failure lost(IOException e) {
    // What is left in the buffer cannot be written either.
    out = OutputStream.nullOutputStream();
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
    String message = Optional.ofNullable(e.getMessage()).orElse("");
    return message.isEmpty() ? e.getClass().getSimpleName() : message;
  }
}
