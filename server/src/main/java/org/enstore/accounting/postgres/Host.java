package org.enstore.accounting.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.PoolStats;
import org.enstore.accounting.series.QueryFailure;
import org.jspecify.annotations.Nullable;

/** One host: its pool, and what was found out about it. Thread-safe; does no I/O before asked. */
final class Host implements AutoCloseable {
  /*
   * Before the pool of a host is used, one connection outside it is opened by whoever asks: a host
   * that refuses it says at once and exactly why, while a pool would keep trying until its timeout
   * and then report that. What the tables look like is found out on that same connection, and
   * forgotten together with it when the host fails.
   */
  private static final Duration FACTS_LAST = Duration.ofMinutes(10);
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** How long a host may take to show what it is when there are others to ask. */
  private static final Duration PATIENCE_AMONG_OTHERS = Duration.ofMillis(1200);

  private static final String TOO_MANY_CONNECTIONS = "53300";
  private static final Duration IDLE = Duration.ofMinutes(2);

  private final Connector connector;
  private final SourceSettings settings;
  private final String poolName;
  private final InstantSource clock;
  private final Executor messenger;
  private final Pulse pulse;
  private final Set<Connection> inUse = ConcurrentHashMap.newKeySet();
  private final Object looking = new Object();
  private final AtomicReference<@Nullable SQLException> lastFailure = new AtomicReference<>();
  private volatile @Nullable Failed lastLookFailure;
  private volatile @Nullable Known known;
  private volatile @Nullable Instant currentAt;
  private @Nullable HikariDataSource pool;
  private boolean closed;

  Host(
      Connector connector,
      SourceSettings settings,
      String name,
      InstantSource clock,
      Executor messenger,
      Pulse pulse) {
    this.connector = connector;
    this.settings = settings;
    this.poolName = name + " " + connector.host();
    this.clock = clock;
    this.messenger = messenger;
    this.pulse = pulse;
  }

  /** Work inside one read-only transaction. */
  @FunctionalInterface
  interface Work<T> {
    /** Does the work, the first part of which is to look at the host and show it the observer. */
    T on(Connection connection, Observer observer) throws SQLException;
  }

  /** Takes the look with which a transaction begins. */
  @FunctionalInterface
  interface Observer {
    /**
     * Takes the look at the host.
     *
     * @throws QueryFailure when the host has become a primary that may not be read
     */
    Observation observe(Replay replay);
  }

  /**
   * The look with which a transaction began.
   *
   * @param at by this program's clock, before the look
   * @param currentAt when the host was last seen current, null for never
   */
  record Observation(Replay replay, Instant at, @Nullable Instant currentAt) {
    Instant knownThrough() {
      return replay.knownThrough(at, currentAt);
    }
  }

  /** Facts, and when they were found. */
  record Known(HostFacts facts, Instant at) {}

  private record Failed(SQLException cause, Instant at) {}

  HostPort address() {
    return connector.host();
  }

  /** Whether the host takes questions and answers none. */
  Pulse pulse() {
    return pulse;
  }

  /**
   * What is known of the host; it is connected to when that is nothing, or too long ago.
   *
   * @param hurried whether there are other hosts to ask
   */
  Known known(boolean hurried) throws SQLException {
    Optional<Known> remembered = remembered();
    if (remembered.isPresent()) {
      return remembered.get();
    }
    Duration patience = settings.connections().connectTimeout();
    pulse.begin();
    try {
      return lookedUp(
          hurried && patience.compareTo(PATIENCE_AMONG_OTHERS) > 0
              ? PATIENCE_AMONG_OTHERS
              : patience);
    } finally {
      pulse.end();
    }
  }

  private Known lookedUp(Duration patience) throws SQLException {
    requireOpen();
    Instant asked = clock.instant();
    synchronized (looking) {
      Optional<Known> remembered = remembered();
      if (remembered.isPresent()) {
        return remembered.get();
      }
      Failed failed = lastLookFailure;
      if (failed != null && !failed.at().isBefore(asked)) {
        // Somebody tried while this question waited for its turn: that answers it as well.
        throw failed.cause();
      }
      try (Connection connection = connector.openToLook(patience)) {
        Known found = new Known(HostFacts.inspect(connection, settings.part()), clock.instant());
        known = found;
        return found;
      } catch (SQLException e) {
        lastLookFailure = new Failed(e, clock.instant());
        throw e;
      }
    }
  }

  private Optional<Known> remembered() {
    Known last = known;
    return last == null || clock.instant().isAfter(last.at().plus(FACTS_LAST))
        ? Optional.empty()
        : Optional.of(last);
  }

  /** Forgets what is known, so that the next question looks again. */
  void forget() {
    known = null;
  }

  /** Does {@code work} in a transaction; cancellation reaches the server. */
  <T> T transact(Work<T> work, Cancellation cancellation) throws SQLException {
    pulse.begin();
    try (Connection connection = borrow(cancellation)) {
      Attendance attendance = new Attendance(connection, cancellation, messenger);
      boolean ended = false;
      try {
        inUse.add(connection);
        Instant at = clock.instant();
        T result = work.on(connection, replay -> observed(replay, at));
        connection.commit();
        ended = true;
        pulse.heard();
        return result;
      } finally {
        inUse.remove(connection);
        attendance.close();
        // A COPY that was broken off leaves rows on the wire, which the driver would take for the
        // answer to the session's next statement.
        if (!ended || attendance.isDisturbed()) {
          evict(connection);
        }
      }
    } finally {
      pulse.end();
    }
  }

  private Observation observed(Replay replay, Instant at) {
    if (!replay.inRecovery() && !settings.allowPrimary()) {
      Known before = known;
      forget();
      throw HostChoice.refusal(
          address(), before != null && before.facts().standby(), settings.key(HostChoice.ALLOWING));
    }
    Observation observation = new Observation(replay, at, currentAt);
    if (replay.isCurrent()) {
      currentAt = at;
    }
    return observation;
  }

  /** The pool's figures, empty until it was used. */
  synchronized Optional<PoolStats.Pool> stats() {
    if (pool == null) {
      return Optional.empty();
    }
    HikariPoolMXBean figures = pool.getHikariPoolMXBean();
    return figures == null
        ? Optional.empty()
        : Optional.of(
            new PoolStats.Pool(
                address().toString(),
                figures.getActiveConnections(),
                figures.getIdleConnections(),
                figures.getThreadsAwaitingConnection()));
  }

  /** Closes the pool; statements that still run are broken off. */
  @Override
  public void close() {
    HikariDataSource last;
    synchronized (this) {
      closed = true;
      last = pool;
    }
    if (last != null) {
      last.close();
    }
  }

  /** Breaks off what the host is being asked, and drops its connections: it answers nothing. */
  void drop() {
    HikariDataSource source;
    synchronized (this) {
      source = pool;
    }
    forget();
    for (Connection connection : inUse) {
      try {
        connection.abort(Runnable::run);
      } catch (SQLException ignored) {
        // It is gone either way.
      }
    }
    HikariPoolMXBean figures = source == null ? null : source.getHikariPoolMXBean();
    if (figures != null) {
      figures.softEvictConnections();
    }
  }

  private Connection borrow(Cancellation cancellation) throws SQLException {
    HikariDataSource source = pool();
    long turns = settings.connections().connectTimeout().dividedBy(patience());
    for (long turn = 0; turn < turns; turn++) {
      cancellation.check();
      SQLException before = lastFailure.get();
      try {
        return source.getConnection();
      } catch (SQLTransientConnectionException e) {
        SQLException failure = lastFailure.get();
        if (pulse.silentSince().isPresent()) {
          throw failure == null ? e : failure;
        }
        if (failure != null && failure != before && !isFull(failure, source)) {
          throw failure;
        }
      }
    }
    SQLException failure = lastFailure.get();
    if (failure != null && isFull(failure, source)) {
      throw failure;
    }
    if (source.getHikariPoolMXBean().getActiveConnections() < settings.connections().poolSize()) {
      throw new QueryFailure(
          FailureKind.STANDBY_UNAVAILABLE,
          address()
              + " gave no connection within "
              + SqlFailures.text(settings.connections().connectTimeout())
              + ". Check whether the host is overloaded; a slow link may need a longer"
              + " connectTimeout.");
    }
    throw new QueryFailure(
        FailureKind.OVERLOADED,
        "All "
            + settings.connections().poolSize()
            + " connections to "
            + address()
            + " were in use for "
            + SqlFailures.text(settings.connections().connectTimeout())
            + ". Try again shortly, ask for less at once, or raise "
            + settings.key("poolSize")
            + ".");
  }

  /** Whether the server has no room for one more connection, while the pool has others. */
  private static boolean isFull(SQLException failure, HikariDataSource source) {
    return TOO_MANY_CONNECTIONS.equals(failure.getSQLState())
        && source.getHikariPoolMXBean().getTotalConnections() > 0;
  }

  /** How long the pool is waited for before asking it whether it fails to connect. */
  private Duration patience() {
    Duration connectTimeout = settings.connections().connectTimeout();
    return connectTimeout.compareTo(PATIENCE) < 0 ? connectTimeout : PATIENCE;
  }

  private synchronized HikariDataSource pool() {
    requireOpen();
    if (pool == null) {
      pool = new HikariDataSource(configuration());
    }
    return pool;
  }

  private synchronized void requireOpen() {
    if (closed) {
      throw new QueryFailure(
          FailureKind.CANCELLED, "The data source was closed or changed meanwhile; ask again.");
    }
  }

  private HikariConfig configuration() {
    HikariConfig configuration = new HikariConfig();
    configuration.setPoolName(poolName);
    configuration.setDataSource(new Opener());
    configuration.setMaximumPoolSize(settings.connections().poolSize());
    configuration.setMinimumIdle(0);
    configuration.setIdleTimeout(IDLE.toMillis());
    configuration.setInitializationFailTimeout(-1);
    configuration.setConnectionTimeout(patience().toMillis());
    configuration.setValidationTimeout(patience().toMillis());
    configuration.setAutoCommit(false);
    configuration.setReadOnly(true);
    configuration.setThreadFactory(
        task -> {
          Thread thread = new Thread(task, poolName + " pool");
          thread.setDaemon(true);
          return thread;
        });
    return configuration;
  }

  private void evict(Connection connection) {
    HikariDataSource source;
    synchronized (this) {
      source = pool;
    }
    if (source != null) {
      source.evictConnection(connection);
    }
  }

  /** The connector as the pool wants to see it; remembers why it could not open a connection. */
  private final class Opener implements DataSource {
    @Override
    public Connection getConnection() throws SQLException {
      try {
        return connector.open();
      } catch (SQLException e) {
        lastFailure.set(e);
        throw e;
      }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
      throw new SQLFeatureNotSupportedException("the user is the settings' own");
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
      throw new SQLFeatureNotSupportedException();
    }

    @Override
    public void setLogWriter(PrintWriter out) {}

    @Override
    public void setLoginTimeout(int seconds) {}

    @Override
    public int getLoginTimeout() {
      return Math.toIntExact(Math.max(1, settings.connections().connectTimeout().toSeconds()));
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
      throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
      throw new SQLFeatureNotSupportedException();
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
      return false;
    }
  }
}
