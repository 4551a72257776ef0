# Users, ports and processes of the test databases; sourced by Scripts/databases.
# shellcheck shell=bash

# The user that runs the server of kind $1: the caller, or, as root, the one Debian made for it.
server_user() {
  if [ "$(id -u)" -ne 0 ]; then
    id -un
  elif getent passwd "$1" > /dev/null; then
    echo "$1"
  else
    echo nobody
  fi
}

# Runs a command as user $1, in a directory that everybody may enter.
run_as() {
  local user=$1
  shift
  if [ "$(id -un)" = "$user" ]; then
    (cd / && exec "$@")
  else
    # The caller's directory for temporary files may be closed to that user.
    (cd / && unset TMPDIR &&
      exec setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups "$@")
  fi
}

# Makes directory $2 for user $1 alone.
private_directory() {
  mkdir -p "$2"
  chmod 700 "$2"
  [ "$(id -u)" -ne 0 ] || chown "$1:$(id -g "$1")" "$2"
}

# A loopback port that refuses connections now, below those that the kernel hands out itself.
free_port() {
  local port
  while true; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    if ! (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then
      echo "$port"
      return
    fi
  done
}

# The process whose id stands in the first line of file $1, if it lives and works on directory $2:
# after a restart of the machine the number may be anybody's.
living_process() {
  local id
  [ -s "$1" ] && id=$(head -n 1 "$1") && [ -r "/proc/$id/cmdline" ] || return 1
  tr '\0' '\n' < "/proc/$id/cmdline" | grep --quiet --fixed-strings -e "$2" || return 1
  # The dead keep their entry until their parent has asked for them.
  ! grep --quiet '^State:[[:space:]]*Z' "/proc/$id/status" || return 1
  echo "$id"
}

# Waits up to $2 seconds for process $1 to end.
await_end() {
  local tenths=$(($2 * 10))
  while [ -d "/proc/$1" ] && ! grep --quiet '^State:[[:space:]]*Z' "/proc/$1/status" 2> /dev/null; do
    [ $((tenths--)) -gt 0 ] || return 1
    sleep 0.1
  done
}

# Prints how many lines log $1 has, and what was added to it after line $2.
line_count() { if [ -r "$1" ]; then wc -l < "$1"; else echo 0; fi; }
# A log that is not there yet has no lines.
lines_after() { tail -n +$(($2 + 1)) "$1" 2> /dev/null || true; }

# Kills process $1 and its children with -9, as a power failure would.
kill_hard() {
  local children
  # Whoever has ended meanwhile has no children and cannot be killed; await_end tells whether it has.
  children=$(cat "/proc/$1/task/$1/children" 2> /dev/null || true)
  # shellcheck disable=SC2086
  kill -9 "$1" $children 2> /dev/null || true
  await_end "$1" 10
}
