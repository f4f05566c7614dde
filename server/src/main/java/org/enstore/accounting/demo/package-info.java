/**
 * The demo: a PostgreSQL primary and its streaming hot standby, started by this process and gone
 * with it, and traffic such as an Enstore site records, with the oddities of real accounting data.
 * Only the root package starts it and nothing else imports it; the integration tests run against
 * the same pair.
 */
@NullMarked
package org.enstore.accounting.demo;

import org.jspecify.annotations.NullMarked;
