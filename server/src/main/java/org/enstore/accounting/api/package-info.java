/**
 * The public edge: the service {@code enstore.accounting.v1} for programs and people other than
 * Grafana. Who may call, how much and how often is decided here; the questions themselves go to
 * {@code series}. Neither this edge nor Grafana's knows the other.
 */
@NullMarked
package org.enstore.accounting.api;

import org.jspecify.annotations.NullMarked;
