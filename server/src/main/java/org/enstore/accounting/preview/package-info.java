/**
 * The page that shows the plugin without Grafana: its files, and Grafana's HTTP part for them.
 * Knows the services by their wire types alone.
 */
@NullMarked
package org.enstore.accounting.preview;

import org.jspecify.annotations.NullMarked;
