package org.enstore.accounting.demo;

import java.util.Optional;

/**
 * A request that failed: a row of {@code encp_error}.
 *
 * @param epochSecond when
 * @param type the class of the error, as clients spell it
 * @param message may be empty
 * @param mount during which; empty when no mover had been met
 * @param group whose request it was
 * @param library where its tape is
 * @param reads whether it was to read
 * @param sizeBytes −1 when not known
 */
public record Failure(
    long epochSecond,
    String type,
    String message,
    Optional<Mount> mount,
    String group,
    String library,
    boolean reads,
    long sizeBytes) {}
