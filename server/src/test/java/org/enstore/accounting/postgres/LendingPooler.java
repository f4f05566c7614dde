package org.enstore.accounting.postgres;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.enstore.accounting.config.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * A pooler with one session of a server, which it lends to its clients for a transaction each. The
 * first client's login opens it.
 */
final class LendingPooler implements AutoCloseable {
  private static final int SSL_REQUEST = 80_877_103;
  private static final int CANCEL_REQUEST = 80_877_102;

  private final HostPort target;
  private final ServerSocket listener;
  private final ReentrantLock session = new ReentrantLock();
  private final ByteArrayOutputStream parameters = new ByteArrayOutputStream();
  private @Nullable Socket server;

  LendingPooler(HostPort target) throws IOException {
    this.target = target;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  HostPort address() {
    return new HostPort("127.0.0.1", listener.getLocalPort());
  }

  @SuppressWarnings("ArrayRecordComponent") // read once and passed on, never compared
  private record Message(int type, byte[] body) {
    static Message read(DataInputStream in) throws IOException {
      int type = in.readUnsignedByte();
      byte[] body = new byte[in.readInt() - Integer.BYTES];
      in.readFully(body);
      return new Message(type, body);
    }

    void write(DataOutputStream out) throws IOException {
      out.writeByte(type);
      out.writeInt(body.length + Integer.BYTES);
      out.write(body);
      out.flush();
    }

    int number() {
      return ByteBuffer.wrap(body).getInt();
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        start(() -> serve(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        DataInputStream in = new DataInputStream(client.getInputStream());
        DataOutputStream out = new DataOutputStream(client.getOutputStream())) {
      byte[] startup = startup(in, out);
      while (ByteBuffer.wrap(startup).getInt() == SSL_REQUEST) {
        out.writeByte('N');
        startup = startup(in, out);
      }
      if (ByteBuffer.wrap(startup).getInt() != CANCEL_REQUEST) {
        logIn(startup, in, out);
        lend(in, out);
      }
    } catch (IOException ignored) {
      // One end is gone.
    }
  }

  private static byte[] startup(DataInputStream in, DataOutputStream out) throws IOException {
    out.flush();
    byte[] body = new byte[in.readInt() - Integer.BYTES];
    in.readFully(body);
    return body;
  }

  private void logIn(byte[] startup, DataInputStream in, DataOutputStream out) throws IOException {
    session.lock();
    try {
      if (server == null) {
        Socket opened = new Socket(target.host(), target.port());
        DataOutputStream toServer = new DataOutputStream(opened.getOutputStream());
        toServer.writeInt(startup.length + Integer.BYTES);
        toServer.write(startup);
        DataInputStream fromServer = new DataInputStream(opened.getInputStream());
        for (Message said = Message.read(fromServer);
            said.type() != 'Z';
            said = Message.read(fromServer)) {
          if (said.type() == 'S') {
            said.write(new DataOutputStream(parameters));
          } else if (said.type() == 'R' && said.number() != 0) {
            said.write(out);
            if (said.number() != 12) {
              Message.read(in).write(toServer);
            }
          }
        }
        server = opened;
      }
      new Message('R', new byte[4]).write(out);
      out.write(parameters.toByteArray());
      new Message('K', new byte[] {1, 2, 3, 4, 5, 6, 7, 8}).write(out);
      new Message('Z', new byte[] {'I'}).write(out);
    } finally {
      session.unlock();
    }
  }

  private void lend(DataInputStream in, DataOutputStream out) throws IOException {
    try {
      while (true) {
        Message asked = Message.read(in);
        if (asked.type() == 'X') {
          return;
        }
        if (!session.isHeldByCurrentThread()) {
          session.lock();
        }
        Socket lent = server;
        if (lent == null) {
          throw new IOException("nobody has logged in");
        }
        asked.write(new DataOutputStream(lent.getOutputStream()));
        if (asked.type() == 'S' || asked.type() == 'Q') {
          DataInputStream fromServer = new DataInputStream(lent.getInputStream());
          Message said;
          do {
            said = Message.read(fromServer);
            said.write(out);
          } while (said.type() != 'Z');
          if (said.body()[0] == 'I') {
            session.unlock();
          }
        }
      }
    } finally {
      if (session.isHeldByCurrentThread()) {
        session.unlock();
      }
    }
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "pooler");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    if (server != null) {
      server.close();
    }
  }
}
