#!/bin/sh -e
# Runs a script in a root made of layers; what it writes is the next layer, FOLDER/tree.
#   layer.sh FOLDER BELOW SHARED SCRIPT
#   (BELOW: folders with a colon between, the uppermost first; SHARED is seen as /mnt)
# The names and certificates are the real machine's, for the sake of the package registries.
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
