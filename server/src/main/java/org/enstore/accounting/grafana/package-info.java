/**
 * The protocol edge: how Grafana starts this program, what it asks, and how its questions and our
 * answers look on the wire. Services are thin translators; the questions themselves go to {@code
 * series}. Grafana's words, gRPC, protobuf and JSON stop here.
 */
@NullMarked
package org.enstore.accounting.grafana;

import org.jspecify.annotations.NullMarked;
