# Certificates for the test databases; sourced by Scripts/databases.
# shellcheck shell=bash

# Makes in directory $1: ca.crt, a server.crt that it signed, and other-ca.crt, which signed nothing.
make_certificates() {
  local directory=$1
  mkdir -p "$directory"
  make_authority "$directory/ca" "Dovetail test CA"
  make_authority "$directory/other-ca" "A CA that signed nothing"
  openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" \
    -keyout "$directory/server.key" -out "$directory/server.csr" 2> /dev/null
  openssl x509 -req -in "$directory/server.csr" -days 3650 -out "$directory/server.crt" \
    -CA "$directory/ca.crt" -CAkey "$directory/ca.key" -set_serial "0x$(openssl rand -hex 8)" \
    -extfile <(printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n') 2> /dev/null
  rm -f "$directory/server.csr" "$directory/ca.key" "$directory/other-ca.key"
  chmod 644 "$directory"/*.crt
  chmod 600 "$directory/server.key"
}

make_authority() {
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$2" \
    -addext "keyUsage=critical,keyCertSign,cRLSign" -keyout "$1.key" -out "$1.crt" 2> /dev/null
}
