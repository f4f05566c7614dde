package org.enstore.accounting.preview;

import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;

/**
 * What goes back to the browser.
 *
 * @param status of HTTP
 * @param type the value of Content-Type
 */
@SuppressWarnings("ArrayRecordComponent") // Written once and sent; nobody compares answers.
record Answer(int status, String type, byte[] body) {
  static final String JSON = "application/json";

  /** {@code text}, which is JSON. */
  static Answer json(int status, String text) {
    return new Answer(status, JSON, text.getBytes(StandardCharsets.UTF_8));
  }

  /** A sentence about what is wrong, where Grafana's front end looks for it. */
  static Answer problem(int status, String sentence) {
    JsonObject object = new JsonObject();
    object.addProperty("error", sentence);
    return json(status, object.toString());
  }
}
