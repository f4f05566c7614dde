# shellcheck shell=bash
# Certificates: a small private authority for sites without one, or the site's own files, checked.

tls_files() {
  TLS_CA=${TLS_CA_FILE:-$TLS_DIR/ca.crt}
  TLS_CERT=${TLS_CERT_FILE:-$TLS_DIR/$NODE.crt}
  TLS_KEY=${TLS_KEY_FILE:-$TLS_DIR/$NODE.key}
}

# The days a certificate file has left, in TLS_LEFT (negative: expired); false when unreadable.
tls_days_left() {
  local end
  end=$(read_file "$1" | openssl x509 -noout -enddate 2>/dev/null) || return 1
  end=$(date -d "${end#notAfter=}" +%s) || return 1
  TLS_LEFT=$(((end - $(date +%s)) / 86400))
  if ((end < $(date +%s))); then TLS_LEFT=$((TLS_LEFT - 1)); fi
}

# Refuses to go on when this node's certificate files are missing or over.
require_tls() {
  if [[ $TLS == disable ]]; then return 0; fi
  need_tool openssl
  tls_files
  local file
  for file in "$TLS_CA" "$TLS_CERT" "$TLS_KEY"; do
    if [[ -z $(read_file "$file") ]]; then
      die "$EXIT_MISSING" "$file is missing" "run 'enstore-replication tls' on the master and copy ca.crt, $NODE.crt and $NODE.key to $TLS_DIR here, owner $RUN_AS, mode 0600"
    fi
  done
  if ! tls_days_left "$TLS_CERT" || ((TLS_LEFT < 0)); then
    die "$EXIT_REFUSED" "the certificate $TLS_CERT is expired or no certificate" "enstore-replication tls --renew, on the host that has ca.key"
  fi
}

help_tls() {
  cat <<'TEXT'
enstore-replication tls [--renew] [--reload] [--days N]: certificates for the servers

Without options, on the master: makes a private authority (TLS_DIR/ca.crt, ca.key) and a certificate
and key for every node, where missing. Copy ca.crt and the node's own .crt and .key to each standby
(scp -p), never ca.key. On a standby it checks what was copied.
  --renew    makes the servers' certificates anew; the authority stays, clients notice nothing
  --reload   makes the running server take its new certificate, without a restart
  --days N   valid for N days instead of TLS_DAYS
With TLS_CA_FILE, TLS_CERT_FILE and TLS_KEY_FILE set, the site's own files are used and only checked.
TEXT
}

tls_make() {
  local node=$1 days=$2 host name san
  host=$(node_host "$node")
  if [[ $host =~ ^[0-9.]+$ || $host == *:* ]]; then san="IP:$host"; else san="DNS:$host"; fi
  # libpq before 15 compares an address with the common name alone, so the host stands there too.
  name=$host
  (
    umask 077
    openssl req -new -newkey rsa:3072 -nodes -subj "/O=enstore-replication/CN=$name" \
      -keyout "$WORK/$node.key" -out "$WORK/$node.csr" 2>"$WORK/openssl" &&
      printf 'basicConstraints=CA:FALSE\nsubjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$san" >"$WORK/ext" &&
      openssl x509 -req -sha256 -in "$WORK/$node.csr" -CA "$TLS_DIR/ca.crt" -CAkey "$TLS_DIR/ca.key" \
        -set_serial "0x$(openssl rand -hex 15)" -days "$days" -extfile "$WORK/ext" -out "$WORK/$node.crt" 2>>"$WORK/openssl"
  ) || die "$EXIT_FAILED" "openssl cannot make a certificate: $(tail -n 1 "$WORK/openssl")" "look at $TLS_DIR/ca.crt and ca.key"
  put_file "$TLS_DIR/$node.key" 0600 <"$WORK/$node.key"
  put_file "$TLS_DIR/$node.crt" 0644 <"$WORK/$node.crt"
}

command_tls() {
  local renew=no reload=no days=$TLS_DAYS node file
  while (($#)); do
    case $1 in
      --renew) renew=yes ;;
      --reload) reload=yes ;;
      --days)
        [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || die_usage "--days needs a number"
        days=$2
        shift
        ;;
      *) die_usage "tls does not know $1" ;;
    esac
    shift
  done
  if [[ $TLS == disable ]]; then
    warn "TLS=disable: replication, with all accounting data in it, crosses the network unencrypted" "set TLS=verify-ca unless the two hosts have a line of their own"
    finish
    return
  fi
  need_tool openssl
  take_lock
  tls_files
  if [[ $TLS_CERT == "$TLS_DIR/$NODE.crt" && ($NODE == "$MASTER" || -n $(read_file "$TLS_DIR/ca.key")) ]]; then
    STEPS=2
    step "Authority in $TLS_DIR"
    ensure_dir "$(dirname "$TLS_DIR")" 0755
    ensure_dir "$TLS_DIR" 0755
    if [[ -n $(read_file "$TLS_DIR/ca.crt") ]]; then
      detail "$TLS_DIR/ca.crt is there"
    elif dry; then
      say "      would make $TLS_DIR/ca.key, ca.crt and a key and certificate for: ${ALL_NODES[*]}"
      return 0
    else
      note tls "made $TLS_DIR/ca.key"
      note tls "made $TLS_DIR/ca.crt"
      (
        umask 077
        printf '[req]\ndistinguished_name=dn\nx509_extensions=ca\n[dn]\n[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n' >"$WORK/ca.conf"
        openssl req -x509 -new -newkey rsa:3072 -nodes -sha256 -days 7300 -config "$WORK/ca.conf" \
          -subj "/O=enstore-replication/CN=enstore-replication authority" -keyout "$WORK/ca.key" -out "$WORK/ca.crt" 2>"$WORK/openssl"
      ) || die "$EXIT_FAILED" "openssl cannot make the authority: $(tail -n 1 "$WORK/openssl")" "look at the message"
      put_file "$TLS_DIR/ca.key" 0600 <"$WORK/ca.key"
      put_file "$TLS_DIR/ca.crt" 0644 <"$WORK/ca.crt"
    fi
    if [[ -z $(read_file "$TLS_DIR/ca.key") ]]; then
      if [[ $renew == yes ]]; then
        die "$EXIT_MISSING" "$TLS_DIR/ca.key is not here" "renew on the host that made the authority"
      fi
      step "Certificates made elsewhere"
    else
      step "Certificates of ${ALL_NODES[*]}, for $days days"
      for node in "${ALL_NODES[@]}"; do
        if [[ $renew == no && -n $(read_file "$TLS_DIR/$node.crt") && -n $(read_file "$TLS_DIR/$node.key") ]]; then
          detail "$TLS_DIR/$node.crt is there"
          continue
        fi
        if dry; then say "      would make $TLS_DIR/$node.crt and .key"; continue; fi
        note tls "made $TLS_DIR/$node.key"
        note tls "made $TLS_DIR/$node.crt"
        tls_make "$node" "$days"
      done
      for node in "${ALL_NODES[@]}"; do
        if [[ $node != "$NODE" ]]; then say "Copy ca.crt, $node.crt and $node.key to $TLS_DIR on $node (scp -p), then run 'enstore-replication tls --reload' there."; fi
      done
    fi
  fi
  if dry; then return 0; fi
  for file in "$TLS_CA" "$TLS_CERT" "$TLS_KEY"; do
    if ((EUID == 0)) && [[ $file == "$TLS_DIR/"* && -f $file ]]; then chown "$RUN_AS" "$file"; fi
  done
  require_tls
  if ((TLS_LEFT < TLS_WARN_DAYS)); then
    warn "$TLS_CERT is valid for $TLS_LEFT more days only" "enstore-replication tls --renew"
  else
    say "$TLS_CERT is valid for $TLS_LEFT days."
  fi
  if [[ $reload == yes ]] && server_runs; then
    server_reload || die "$EXIT_FAILED" "the server did not take the reload" "look at its log"
    say "The server has been told to take its certificate anew."
  fi
  finish
}
