# shellcheck shell=bash
# What a host needs, printed or run, for Enterprise Linux 7 to 9 and Debian.

# shellcheck source=report.sh
. "$KIT_DIR/lib/report.sh"

help_install() {
  cat <<'TEXT'
enstore-replication install [--run] [--for el7|el8|el9|debian]: packages and folders for this host

Prints the commands that install PostgreSQL PG_MAJOR, xz, openssl and what else the kit calls, for
this system or the one named; with --run runs them. Refuses a host whose PostgreSQL, or whose master,
is of another major version. On Enterprise Linux the packages come from the PostgreSQL project's
repository; PGDG_REPOSITORY names its release package, by address or file, when it is not set up yet.
The project keeps versions out of support, such as 12, in its archive.
TEXT
}

install_system() {
  local id='' like='' version=''
  if [[ -r /etc/os-release ]]; then
    id=$(sed -n 's/^ID="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' /etc/os-release)
    like=$(sed -n 's/^ID_LIKE="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' /etc/os-release)
    version=$(sed -n 's/^VERSION_ID="\{0,1\}\([0-9]*\).*$/\1/p' /etc/os-release)
  fi
  case " $id $like " in
    *' debian '* | *' ubuntu '*) printf 'debian' ;;
    *' rhel '* | *' centos '* | *' fedora '* | *' scientific '*) printf 'el%s' "$version" ;;
    *) printf '%s' "${id:-unknown}" ;;
  esac
}

command_install() {
  local act=no system='' mine
  while (($#)); do
    case $1 in
      --run) act=yes ;;
      --for) (($# > 1)) || die_usage "--for needs a system"; system=$2; shift ;;
      *) die_usage "install does not know $1" ;;
    esac
    shift
  done
  if [[ -n $system && $act == yes ]]; then die_usage "--for is for printing only"; fi
  system=${system:-$(install_system)}
  PLAN=()
  case $system in
    el7)
      [[ -z $PGDG_REPOSITORY ]] || PLAN+=("yum install -y $PGDG_REPOSITORY")
      PLAN+=("yum install -y postgresql$PG_MAJOR-server postgresql$PG_MAJOR-contrib xz openssl util-linux diffutils")
      ;;
    el8 | el9)
      [[ -z $PGDG_REPOSITORY ]] || PLAN+=("dnf install -y $PGDG_REPOSITORY")
      # The system's own module would hide the project's packages.
      PLAN+=("dnf -qy module disable postgresql")
      PLAN+=("dnf install -y postgresql$PG_MAJOR-server postgresql$PG_MAJOR-contrib xz openssl util-linux diffutils")
      ;;
    debian)
      PLAN+=("apt-get update" "apt-get install -y postgresql-$PG_MAJOR postgresql-client-$PG_MAJOR xz-utils openssl util-linux diffutils")
      ;;
    *) die "$EXIT_MISSING" "$system is not a system that install knows" "say --for el7, el8, el9 or debian, or install PostgreSQL $PG_MAJOR, xz and openssl by hand" ;;
  esac
  if [[ $BACKUP_TOOL == pgbackrest ]]; then PLAN+=("$([[ $system == debian ]] && echo apt-get || echo yum) install -y pgbackrest"); fi
  if [[ $system == el* ]]; then
    if [[ -z $PGDG_REPOSITORY ]]; then say "# first: the PostgreSQL project's repository, see https://www.postgresql.org/download/linux/redhat/ (or set PGDG_REPOSITORY)"; fi
    if [[ $NODE == "$MASTER" ]]; then say "# a new master only: $BIN_DIR/postgresql-$PG_MAJOR-setup initdb && systemctl enable --now postgresql-$PG_MAJOR"; fi
    say "# a standby needs no initdb; after 'copy': systemctl enable postgresql-$PG_MAJOR"
  fi
  say "# what $system needs for PostgreSQL $PG_MAJOR:"
  local line
  for line in "${PLAN[@]}"; do say "$line"; done
  say "install -d -o $RUN_AS -m 0700 $SECRETS_DIR $BACKUP_DIR $ARCHIVE_DIR"
  say "install -d -o $RUN_AS -m 0755 $STATE_DIR $LOG_DIR $TLS_DIR"
  say "# and in the crontab of root on every node, mail going to whoever looks after it:"
  say "#   30 3 * * *   $KIT_DIR/enstore-replication --settings $SETTINGS_FILE --node $NODE verify --quiet"
  say "#   */10 * * * * $KIT_DIR/enstore-replication --settings $SETTINGS_FILE --node $NODE verify --quick --quiet"
  if [[ $NODE == "$MASTER" ]]; then say "#   30 2 * * *   $KIT_DIR/enstore-replication --settings $SETTINGS_FILE --node $NODE backup && $KIT_DIR/enstore-replication --settings $SETTINGS_FILE --node $NODE retention"; fi
  if [[ $act == yes ]]; then
    ((EUID == 0)) || die "$EXIT_MISSING" "packages need root" "run it as root"
    for line in "${PLAN[@]}"; do
      step "$line"
      # shellcheck disable=SC2086 # words of a command line
      run_live $line || die "$EXIT_FAILED" "that failed, see above" "correct it (repository? network?) and run install again"
    done
    for line in "$SECRETS_DIR" "$BACKUP_DIR" "$ARCHIVE_DIR"; do ensure_dir "$line" 0700; done
    for line in "$STATE_DIR" "$LOG_DIR" "$TLS_DIR"; do ensure_dir "$line" 0755; done
  fi
  mine=$(binary_major || true)
  if [[ -n $mine && $mine != "$PG_MAJOR" ]]; then
    die "$EXIT_REFUSED" "$BIN_DIR has PostgreSQL $mine, the settings say $PG_MAJOR" "a standby needs its master's major version: correct BIN_DIR or PG_MAJOR"
  fi
  if [[ $NODE != "$MASTER" && -n $(read_file "$SECRETS_DIR/pgpass") && -x $CLIENT_BIN_DIR/psql ]]; then
    if remote_version "$MASTER"; then
      ((REMOTE_MAJOR == PG_MAJOR)) || die "$EXIT_REFUSED" "$MASTER is PostgreSQL $REMOTE_VERSION, this host is for $PG_MAJOR" "install PostgreSQL $REMOTE_MAJOR here: set PG_MAJOR and BIN_DIR"
      say "$MASTER is PostgreSQL $REMOTE_VERSION: the same major version."
    else
      say "# $MASTER could not be asked for its version; check and copy ask again"
    fi
  fi
}
