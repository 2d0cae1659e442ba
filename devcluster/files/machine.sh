#!/bin/sh -e
# Turns new namespaces into a separate machine and stays as its first process.
#   machine.sh NAME VAR PLACE CACHE PAUSE
#   (VAR becomes the machine's /var; CACHE is mounted at PLACE)
# Programs in the machine can use the usual paths below /var, /run and /tmp. None of these belong to
# the host, and all of them except VAR end with the machine's last process.
name=$1 var=$2 place=$3 cache=$4 pause=$5

hostname "$name"
mount --bind "$cache" "$var${place#/var}"
mount -o remount,bind,ro "$var${place#/var}"
mount --rbind "$var" /var
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
mkdir /run/lock /run/netns

# The kubelet requires these values and would set them on the host, which may have others. Files
# with these values are mounted here instead.
for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
    kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
    file=/run/$(echo "${setting%=*}" | tr / .)
    echo "${setting#*=}" >"$file"
    mount --bind "$file" "/proc/sys/${setting%=*}"
done

# A hostPath outside /var, /run and /tmp fails instead of writing to the host.
mount -o remount,bind,ro /

ip link set lo up
echo 1 >/proc/sys/net/ipv4/ip_forward
: >/run/ready
exec "$pause"
