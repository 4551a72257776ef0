# Debian packages; sourced by Scripts/prepare and Scripts/databases.
# shellcheck shell=bash

# Runs a command as root: directly, or through sudo where the caller is somebody else.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo > /dev/null; then
    sudo "$@"
  else
    echo "$0: '$*' needs root; run it as root, or install sudo" >&2
    return 1
  fi
}

# Prints those of the named packages that are not installed.
missing_packages() {
  local package status
  for package in "$@"; do
    # It complains of a package that it has never heard of, which is one that is missing.
    status=$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2> /dev/null || true)
    [ "$status" = installed ] || echo "$package"
  done
}

# Installs those of the named packages that are missing.
install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  if ! command -v apt-get > /dev/null; then
    echo "$0: missing ${missing[*]}, and there is no apt-get to install them" >&2
    return 1
  fi
  echo "$(basename "$0"): installing ${missing[*]}" >&2
  local options=(--quiet=2 -o DPkg::Lock::Timeout=300)
  as_root apt-get "${options[@]}" update >&2 &&
    as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get "${options[@]}" install --yes --no-install-recommends "${missing[@]}" >&2
}

# Installs server packages without starting the services that Debian would start with them: this
# project runs servers of its own and touches no others.
install_servers() {
  local policy=/usr/sbin/policy-rc.d result=0
  [ -n "$(missing_packages "$@")" ] || return 0
  if [ -e "$policy" ]; then
    install_packages "$@"
    return
  fi
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" > /dev/null || return 1
  as_root chmod 755 "$policy"
  install_packages "$@" || result=1
  as_root rm -f "$policy"
  return $result
}
