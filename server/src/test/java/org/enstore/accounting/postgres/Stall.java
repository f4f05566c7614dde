package org.enstore.accounting.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.enstore.accounting.config.HostPort;

/**
 * A network between a client and a host that can be made to drop everything without a word, and to
 * carry again what was lost meanwhile.
 */
final class Stall implements AutoCloseable {
  private final HostPort target;
  private final ServerSocket server;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private boolean stalled;

  Stall(HostPort target) throws IOException {
    this.target = target;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  /** Where clients connect to. */
  HostPort address() {
    return new HostPort("127.0.0.1", server.getLocalPort());
  }

  /** Carries nothing from now on, or everything again. */
  synchronized void stall(boolean on) {
    stalled = on;
    notifyAll();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        sockets.add(client);
        start(() -> connect(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void connect(Socket client) {
    try {
      awaitFlow();
      Socket host = new Socket(target.host(), target.port());
      sockets.add(host);
      start(() -> carry(client, host));
      carry(host, client);
    } catch (IOException | InterruptedException e) {
      close(client);
    }
  }

  private void carry(Socket from, Socket to) {
    byte[] bytes = new byte[8192];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
        awaitFlow();
        out.write(bytes, 0, length);
        out.flush();
      }
    } catch (IOException | InterruptedException ignored) {
      // One end is gone.
    } finally {
      close(from);
      close(to);
    }
  }

  private synchronized void awaitFlow() throws InterruptedException {
    while (stalled) {
      wait();
    }
  }

  private void close(Socket socket) {
    sockets.remove(socket);
    try {
      socket.close();
    } catch (IOException ignored) {
      // It is gone.
    }
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "stall");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
    stall(false);
    sockets.forEach(this::close);
  }
}
