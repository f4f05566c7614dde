# shellcheck shell=bash
# The parts of a data folder that lie outside it, behind links: its tablespaces, and pg_wal where a site
# gave it a disk of its own.
#
# The home of such a part is the folder that the link names. When there are two data folders, a new copy
# and the former one, the files of one are in the home itself, those of the other in a folder inside it,
# HOME/enstore-replication.TAG. Both are on the same file system, so moving is renaming, which works where
# the home is a mount point too; the link tells where the files are; and no two data folders share any.

OUTSIDE_MARK=enstore-replication.

# Where a link leads, in OUTSIDE_AT, and the home of what is there, in OUTSIDE_HOME.
outside_read() {
  OUTSIDE_AT=$(as_server readlink -n -- "$1" && printf /) || return 1
  OUTSIDE_AT=${OUTSIDE_AT%/}
  if [[ $OUTSIDE_AT != /* ]]; then OUTSIDE_AT=$(as_server readlink -m -- "$1"); fi
  OUTSIDE_HOME=${OUTSIDE_AT%/"$OUTSIDE_MARK"*}
}

# outside_links DATA: the links of a data folder, each closed by a zero byte.
outside_links() {
  { as_server find "$1/pg_wal" -maxdepth 0 -type l -print0; as_server find "$1/pg_tblspc" -maxdepth 1 -type l -print0; } 2>/dev/null
}

# outside_find DATA LINK FOLDER [ACTION...]: what in FOLDER belongs behind LINK, a link of DATA.
outside_find() {
  local data=$1 link=$2 folder=$3
  shift 3
  if [[ $link == */pg_wal ]]; then
    as_server find "$folder/" -mindepth 1 -maxdepth 1 ! -name "$OUTSIDE_MARK*" ! -name lost+found "$@"
  else
    # Clusters of other versions may use the same folder.
    as_server find "$folder/" -mindepth 1 -maxdepth 1 -name "PG_$(data_major "$data")_*" "$@"
  fi
}

# outside_aside DATA TAG: the files of DATA leave the homes for folders of their own.
outside_aside() {
  local link
  while IFS= read -r -d '' link; do
    outside_read "$link" || return 1
    if [[ $OUTSIDE_AT != "$OUTSIDE_HOME" ]]; then continue; fi
    as_server mkdir -p -m 0700 -- "$OUTSIDE_HOME/$OUTSIDE_MARK$2" &&
      as_server ln -sfnT -- "$OUTSIDE_HOME/$OUTSIDE_MARK$2" "$link" &&
      outside_find "$1" "$link" "$OUTSIDE_HOME" -exec mv -n -t "$OUTSIDE_HOME/$OUTSIDE_MARK$2" -- {} + || return 1
  done < <(outside_links "$1")
}

# outside_home DATA: the files of DATA come into the homes, which have to be empty of their kind.
outside_home() {
  local link
  while IFS= read -r -d '' link; do
    outside_read "$link" || return 1
    if [[ $OUTSIDE_AT == "$OUTSIDE_HOME" ]]; then continue; fi
    # Nothing left to move: an earlier run was cut off before it changed the link.
    if [[ -n $(outside_find "$1" "$link" "$OUTSIDE_AT" -print -quit) ]]; then
      [[ -z $(outside_find "$1" "$link" "$OUTSIDE_HOME" -print -quit) ]] || return 1
      outside_find "$1" "$link" "$OUTSIDE_AT" -exec mv -n -t "$OUTSIDE_HOME" -- {} + || return 1
    fi
    as_server ln -sfnT -- "$OUTSIDE_HOME" "$link" && as_server rmdir -- "$OUTSIDE_AT" || return 1
  done < <(outside_links "$1")
}

# outside_delete DATA: deletes what a data folder that was set aside has outside it.
outside_delete() {
  local link
  while IFS= read -r -d '' link; do
    if outside_read "$link" && [[ $OUTSIDE_AT != "$OUTSIDE_HOME" ]]; then as_server rm -rf -- "$OUTSIDE_AT"; fi
  done < <(outside_links "$1")
}
