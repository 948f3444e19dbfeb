# shellcheck shell=bash
# What the scripts share: messages, the Python environment, and the private database cluster. Sourced, never run.
#
#   use_database        makes sure that a PostGIS server is running, and exports DATABASE_URL and TEST_DATABASE_URL
#   release_database    says that this script no longer needs it; the last script to do so stops the private cluster
#
# A private cluster is shared by every script of the checkout. Each user of it holds a shared lock (flock) on `users` for
# as long as it lives, however it ends; whoever can get that lock exclusively is the last. A second lock, `gate`, lets only
# one script at a time start or stop the cluster. Bash 3.2 (macOS) must be able to read this file.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
VENV="$ROOT/.venv"
VAR="$ROOT/var"
LOCKS="$VAR/run"
POSTGRES="" # the directory of PostgreSQL's programs, once it is found

say() { printf '==> %s\n' "$*"; }
note() { printf '    %s\n' "$*"; }
die() {
    printf 'error: %s\n' "$1" >&2
    shift
    while [ $# -gt 0 ]; do
        printf '       %s\n' "$1" >&2
        shift
    done
    exit 1
}

# --- Python -----------------------------------------------------------------------------------------------------------

is_recent_python() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

# Print a Python that is new enough: the one named in PYTHON, the one on the path, or one with its version in its name.
find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3}; do
        if is_recent_python "$candidate"; then
            # If an environment is activated, take the Python that it was made from.
            "$candidate" -c 'import sys; print(getattr(sys, "_base_executable", sys.executable))'
            return
        fi
    done
    return 1
}

# Hold a lock on an open file descriptor: lock FD LOCK_EX|LOCK_SH [|LOCK_NB]. flock(1) is not on every system; Python is.
lock() { "${BASE_PYTHON:-$VENV/bin/python}" -c "from fcntl import *; flock($1, $2)" 2>/dev/null; }

# --- PostgreSQL's programs --------------------------------------------------------------------------------------------

# Print the directories where PostgreSQL servers are found, newest first.
postgres_directories() {
    local directory
    {
        printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin \
            /usr/local/opt/postgresql@*/bin /Applications/Postgres.app/Contents/Versions/latest/bin | sort -Vr
        pg_config --bindir 2>/dev/null || true
        dirname "$(command -v initdb || echo /nowhere/initdb)"
    } | while read -r directory; do
        if [ -x "$directory/initdb" ] && [ -x "$directory/postgres" ] && [ -x "$directory/pg_ctl" ]; then
            echo "$directory"
        fi
    done
}

postgres_major() { "$1/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/'; }

has_postgis() {
    local share
    for share in "$([ -x "$1/pg_config" ] && "$1/pg_config" --sharedir)" \
        "/usr/share/postgresql/$(postgres_major "$1")" /usr/share/pgsql "$1/../share/postgresql" "$1/../share"; do
        if [ -n "$share" ] && [ -f "$share/extension/postgis.control" ]; then return; fi
    done
    return 1
}

# Print the directory of the newest PostgreSQL that has PostGIS; of major $1 if given.
find_postgres() {
    local directory
    while read -r directory; do
        if has_postgis "$directory" && { [ -z "${1:-}" ] || [ "$(postgres_major "$directory")" = "$1" ]; }; then
            echo "$directory"
            return
        fi
    done < <(postgres_directories)
    return 1
}

# --- The private cluster ----------------------------------------------------------------------------------------------

# PostgreSQL refuses to run as root, so root hands it to another user: the owner of the data, or the package's own user.
choose_owner() {
    OWNER="$(id -un)"
    [ "$(id -u)" = 0 ] || return 0
    if [ -d "$VAR/postgres" ]; then OWNER="$("$VENV/bin/python" -c "import pathlib; print(pathlib.Path('$VAR/postgres').owner())")"; fi
    [ "$OWNER" != root ] || OWNER=postgres
    id "$OWNER" >/dev/null 2>&1 || die "PostgreSQL does not run as root, and there is no user \"$OWNER\" to run it." \
        "Create one (useradd --system $OWNER), or start this script as an ordinary user."
}

# Run a command as the owner of the cluster, without the locks, in a directory that everybody can enter.
as_owner() {
    (
        cd /
        exec </dev/null 7>&- 8>&- 9>&-
        if [ "$(id -un)" = "$OWNER" ]; then
            exec "$@"
        elif command -v runuser >/dev/null; then
            exec runuser -u "$OWNER" -- "$@"
        else
            exec sudo -u "$OWNER" "$@"
        fi
    )
}

# Determine where data and socket are. A socket's path has at most 107 bytes, so it does not depend on the checkout's.
choose_places() {
    local name outside
    name="$(printf '%s' "$ROOT" | cksum | cut -d' ' -f1)"
    outside="/var/lib/open311-server/$name"
    CLUSTER="$VAR/postgres"
    # In a closed home directory (/root), the owner cannot reach the checkout.
    if [ "$(id -u)" = 0 ] && { [ -d "$outside/data" ] || ! as_owner test -x "$VAR"; }; then CLUSTER="$outside"; fi
    DATA="$CLUSTER/data"
    SOCKET="/tmp/open311-$(id -u "$OWNER")-$name"
}

# Nobody but the owner (and root) may reach the socket: whoever reaches it may do everything.
make_directories() {
    mkdir -p "$CLUSTER"
    if [ "$(id -u)" = 0 ]; then chown -h "$OWNER" "$CLUSTER"; fi
    as_owner mkdir -m 700 "$SOCKET" 2>/dev/null || true
    if [ -L "$SOCKET" ] || ! as_owner chmod 700 "$SOCKET" "$CLUSTER" 2>/dev/null; then
        die "$CLUSTER or $SOCKET belongs to somebody else." "Start this script as that user or as root, or remove them."
    fi
}

is_running() { as_owner "$POSTGRES/pg_isready" -q -h "$SOCKET"; }

# Whether the process named in postmaster.pid is PostgreSQL, running on this data.
postmaster_lives() {
    local process
    process="$(as_owner head -n 1 "$DATA/postmaster.pid" 2>/dev/null)" || return 1
    if [ -d /proc/self ]; then
        as_owner test "/proc/$process/cwd" -ef "$DATA"
    else
        ps -o command= -p "$process" | grep -qF "$DATA"
    fi
}

create_cluster() {
    local half="$CLUSTER/half-made" characters
    # Text is ordered by its bytes, which is cheapest: most indexes begin with a text.
    characters=(--lc-collate=C --lc-ctype=en_US.UTF-8)
    if locale -a 2>/dev/null | grep -qiE '^C\.utf-?8$'; then characters=(--locale=C.UTF-8 --lc-collate=C); fi
    note "making the cluster in $DATA"
    as_owner rm -rf "$half"
    as_owner "$POSTGRES/initdb" --pgdata="$half" --username=open311 --encoding=UTF8 "${characters[@]}" \
        --auth-local=trust --auth-host=reject --no-instructions >"$LOCKS/initdb.log" 2>&1 ||
        { cat "$LOCKS/initdb.log" >&2 && die "PostgreSQL's initdb failed."; }
    echo "include 'open311.conf'  # written at each start by script/lib.sh; overrule it with ALTER SYSTEM" |
        append_as_owner "$half/postgresql.conf"
    as_owner mv "$half" "$DATA"
}

append_as_owner() {
    local text
    text="$(cat)"
    # shellcheck disable=SC2016  # the inner shell fills in $1 and $2
    as_owner sh -c 'printf "%s\n" "$1" >>"$2"' sh "$text" "$1"
}

# An eighth of the computer's memory in MB, between 128 and 4096; 512 if the memory is not known.
share_of_memory() {
    local pages size
    pages="$(getconf _PHYS_PAGES 2>/dev/null)" && size="$(getconf PAGE_SIZE)" || { echo 512 && return; }
    size=$((pages * (size / 1024) / 1024 / 8))
    echo $((size < 128 ? 128 : size > 4096 ? 4096 : size))
}

# Sized for one computer that also does other work. Nothing here gives up durability.
write_settings() {
    local share
    share="$(share_of_memory)"
    as_owner rm -f "$DATA/open311.conf"
    append_as_owner "$DATA/open311.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$SOCKET'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = ${share}MB
effective_cache_size = $((share * 4))MB
work_mem = 16MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
checkpoint_timeout = 15min
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %d '
log_min_duration_statement = 2s
CONF
}

start_cluster() {
    local major=""
    if as_owner test -f "$DATA/PG_VERSION"; then major="$(as_owner cat "$DATA/PG_VERSION")"; fi
    POSTGRES="$(find_postgres "$major")" ||
        die "no PostgreSQL ${major:+$major }with PostGIS is installed." "${major:+The data in $DATA needs this version.}"
    make_directories
    if is_running; then return; fi
    [ -n "$major" ] || create_cluster
    if postmaster_lives; then
        wait_for_postmaster
        if is_running; then return; fi
        if postmaster_lives; then die "a PostgreSQL that cannot be reached works on $DATA; stop it first."; fi
    fi
    # The file that a killed server left behind may name a process that is a different one now; PostgreSQL would not start.
    as_owner rm -f "$DATA/postmaster.pid" "$SOCKET/.s.PGSQL.5432" "$SOCKET/.s.PGSQL.5432.lock"
    write_settings
    as_owner "$POSTGRES/pg_ctl" start --silent --wait --timeout=120 --pgdata="$DATA" --log="$CLUSTER/log" >/dev/null ||
        { wait_for_postmaster && is_running; } ||
        { as_owner tail -n 20 "$CLUSTER/log" >&2 && die "PostgreSQL did not start; its log is $CLUSTER/log"; }
}

# Wait while a PostgreSQL starts or stops, however long that takes; for at most a minute if it does not even say so.
wait_for_postmaster() {
    local waited=0 silent=0 status
    while postmaster_lives && [ "$silent" -lt 60 ]; do
        status=0
        as_owner "$POSTGRES/pg_isready" -q -h "$SOCKET" || status=$?
        case $status in
            0) return ;;
            1) silent=0 ;; # it answers that it is starting or stopping
            *) silent=$((silent + 1)) ;;
        esac
        if [ $((waited % 10)) = 0 ]; then note "PostgreSQL is just starting or stopping; waiting ($waited s)"; fi
        sleep 1
        waited=$((waited + 1))
    done
}

database_exists() {
    as_owner "$POSTGRES/psql" -h "$SOCKET" -U open311 -d postgres -Atc "SELECT datname FROM pg_database" | grep -qxF "$1"
}

use_cluster() {
    mkdir -p "$LOCKS"
    choose_owner
    choose_places
    [ -w "$LOCKS" ] || die "$LOCKS belongs to another user." "Start this script as that user or as root."
    exec 8>>"$LOCKS/gate" 9>>"$LOCKS/users"
    lock 8 LOCK_EX
    lock 9 LOCK_SH
    CLUSTER_USED=yes
    start_cluster
    database_exists open311 || as_owner "$POSTGRES/createdb" -h "$SOCKET" -U open311 open311
    exec 8>&-
}

release_database() {
    [ "${CLUSTER_USED:-}" ] || return 0
    CLUSTER_USED=""
    exec 8>>"$LOCKS/gate" 9>&-
    lock 8 LOCK_EX
    exec 9>>"$LOCKS/users"
    if lock 9 'LOCK_EX|LOCK_NB' && [ "$POSTGRES" ] && is_running; then
        say "Stopping PostgreSQL"
        as_owner "$POSTGRES/pg_ctl" stop --silent --wait --mode=fast --timeout=60 --pgdata="$DATA" >/dev/null || true
    fi
    exec 8>&- 9>&-
}

# Print the URL of another database on the same server: sibling_url URL SUFFIX appends the suffix to the database's name.
sibling_url() {
    local address="${1%%\?*}"
    case "$address" in
        *://*/?*) echo "$address$2${1#"$address"}" ;;
        *) die "DATABASE_URL names no database." "Name one, or say in TEST_DATABASE_URL which one the tests may use." ;;
    esac
}

use_database() {
    if [ -z "${DATABASE_URL:-}" ]; then
        say "Starting PostgreSQL"
        use_cluster
        note "data in $CLUSTER, socket in $SOCKET"
        DATABASE_URL="postgresql+psycopg://open311@/open311?host=$SOCKET"
    fi
    [ "${TEST_DATABASE_URL:-}" ] || TEST_DATABASE_URL="$(sibling_url "$DATABASE_URL" _test)"
    export DATABASE_URL TEST_DATABASE_URL
}
