/**
 * Settings as records that cannot hold a bad value, and the one loader that reads them. It knows
 * the JDK alone; a protocol's JSON reaches it as plain maps.
 */
@NullMarked
package org.enstore.accounting.config;

import org.jspecify.annotations.NullMarked;
