#!/bin/sh -e
# Runs a script in a root made of layers. The files that it writes are the next layer, FOLDER/tree.
#   layer.sh FOLDER BELOW SHARED SCRIPT
#   (BELOW: folders separated by colons, the uppermost first; SHARED is mounted at /mnt)
# The script uses the host's resolv.conf and certificates to reach the package registries.
folder=$1 below=$2 shared=$3 script=$4
root=$folder/root

mkdir -p "$folder/tree" "$folder/work" "$folder/tmp" "$root"
options=lowerdir=$below,upperdir=$folder/tree,workdir=$folder/work
mount -t overlay -o "$options" overlay "$root"
for path in /proc /dev /etc/resolv.conf /etc/ssl/certs; do
    mount --rbind "$path" "$root$path"
done
mount --bind "$folder/tmp" "$root/tmp"
mount --bind "$shared" "$root/mnt"
exec chroot "$root" sh -ec "$script"
