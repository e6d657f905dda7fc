#!/usr/bin/env bash
# A Ceph object gateway of one node on this machine: a real S3 server, which checks signatures and MD5s, for the tests.
#
#   eval "$(.ci/ceph-rgw.sh start)"   starts it in about 15 s and sets what the tests look for (DRILL_S3_*, AWS_*)
#   .ci/ceph-rgw.sh stop              stops it and removes its data
#
# DRILL_CEPH_DIR is where it lives (default: drill-ceph-rgw below the temporary directory), DRILL_CEPH_PORT where it
# listens (default 7480; its monitor, at the two ports after that). Needs the programs of Debian's packages radosgw,
# ceph-mon, ceph-osd, ceph-mgr and ceph-common; it installs nothing. Exit code 3: they are not there.
set -euo pipefail

dir=${DRILL_CEPH_DIR:-${TMPDIR:-/tmp}/drill-ceph-rgw}
port=${DRILL_CEPH_PORT:-7480}
# The monitor listens beside it, so that several gateways can be there at once.
monitor="[v2:127.0.0.1:$((port + 1)),v1:127.0.0.1:$((port + 2))]"
key=$dir/keyring
conf=(-c "$dir/ceph.conf")

stop() {
  local file pid
  for file in "$dir"/run/*.pid; do
    [ -e "$file" ] || continue
    pid=$(cat "$file")
    # Only what this script started: a pid file may be old, and its number another program's by now.
    tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "$dir/ceph.conf" || continue
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 50); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -9 "$pid" 2>/dev/null || true
  done
  # Nothing is removed that does not look like ours.
  [ ! -e "$dir/ceph.conf" ] || rm -rf "$dir"
}

require() {
  local program
  for program in radosgw radosgw-admin ceph ceph-mon ceph-osd ceph-mgr ceph-authtool monmaptool curl; do
    command -v "$program" >/dev/null && continue
    echo "ceph-rgw: $program is not there" >&2
    exit 3
  done
}

configure() {
  fsid=$(cat /proc/sys/kernel/random/uuid)
  mkdir -p "$dir"/{mon,mgr,osd,log,run}
  cat >"$dir/ceph.conf" <<CONF
[global]
fsid = $fsid
mon host = $monitor
public addr = 127.0.0.1
cluster addr = 127.0.0.1
mon data = $dir/mon
mgr data = $dir/mgr
osd data = $dir/osd
keyring = $key
run dir = $dir/run
pid file = $dir/run/\$name.pid
admin socket = $dir/run/\$name.\$pid.asok
log file = $dir/log/\$name.log
# One copy of everything, on one disk, is all there is.
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon warn on pool no redundancy = false
[osd]
osd objectstore = bluestore
# A sparse file.
bluestore block create = true
bluestore block size = 32212254720
osd memory target = 1073741824
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:$port
# For buckets that are named in the host.
rgw dns name = localhost
CONF
}

grant() { ceph-authtool "$key" --gen-key -n "$@"; }

# Cephx stays on: without it the gateway waits for five minutes before it answers.
make_keys() {
  ceph-authtool --create-keyring "$key" --gen-key -n mon. --cap mon 'allow *'
  grant client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
  grant client.rgw --cap mon 'allow rw' --cap osd 'allow rwx' --cap mgr 'allow *'
  grant mgr.x --cap mon 'allow profile mgr' --cap osd 'allow *'
  grant osd.0 --cap mon 'allow profile osd' --cap mgr 'allow profile osd' --cap osd 'allow *'
}

run_daemons() {
  monmaptool --create --addv a "$monitor" --fsid "$fsid" "$dir/monmap"
  ceph-mon "${conf[@]}" -i a --mkfs --monmap "$dir/monmap" --keyring "$key"
  ceph-mon "${conf[@]}" -i a
  ceph-mgr "${conf[@]}" -i x
  local osd
  osd=$(cat /proc/sys/kernel/random/uuid)
  ceph "${conf[@]}" osd new "$osd"
  ceph-osd "${conf[@]}" -i 0 --mkfs --osd-uuid "$osd"
  ceph "${conf[@]}" auth import -i "$key"
  ceph-osd "${conf[@]}" -i 0
  radosgw "${conf[@]}" -n client.rgw
}

wait_until_up() {
  for _ in $(seq 240); do
    curl -s -o /dev/null "http://127.0.0.1:$port/" && return
    sleep 0.5
  done
  echo "ceph-rgw: the gateway does not answer; its logs are in $dir/log" >&2
  return 1
}

start() {
  require
  stop
  {
    configure
    make_keys
    run_daemons
    wait_until_up
    radosgw-admin "${conf[@]}" user create --uid=drill --display-name=drill \
      --access-key=drill-ci --secret=drill-ci-secret
  } >"${dir}.start.log" 2>&1 </dev/null || {
    tail -20 "${dir}.start.log" >&2
    stop
    exit 1
  }
  rm -f "${dir}.start.log"
  cat <<VARIABLES
export DRILL_S3_ENDPOINT=http://localhost:$port DRILL_S3_BUCKET=drill DRILL_S3_REGION=default
export AWS_ACCESS_KEY_ID=drill-ci AWS_SECRET_ACCESS_KEY=drill-ci-secret
VARIABLES
}

case ${1:-} in
start) start ;;
stop) stop ;;
*)
  echo "usage: $0 start|stop" >&2
  exit 2
  ;;
esac
