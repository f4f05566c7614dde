/**
 * The demo: a PostgreSQL primary and its streaming hot standby, started by this process and gone
 * with it, and what an Enstore site records in its three databases, with the oddities of real data.
 * All of it follows from one story, which is pure and needs no database. Only the root package
 * starts it and nothing else imports it; the integration tests run against the same pair.
 */
@NullMarked
package org.enstore.accounting.demo;

import org.jspecify.annotations.NullMarked;
