#!/bin/sh -e
# Makes the images of a store available to this machine's containerd without copying them.
#   borrow-images.sh STORE
# The databases, which are small, are copied. The contents of the images stay in the store and are
# mounted read-only.
store=$1 own=/var/lib/containerd
content=io.containerd.content.v1.content
snapshots=io.containerd.snapshotter.v1.overlayfs

mkdir -p "$own/$content" "$own/$snapshots/snapshots" /var/lib/content/new /var/lib/content/work
cp -R "$store/io.containerd.metadata.v1.bolt" "$own"
cp "$store/$snapshots/metadata.db" "$own/$snapshots"
layers=lowerdir=$store/$content,upperdir=/var/lib/content/new,workdir=/var/lib/content/work
mount -t overlay -o "$layers" overlay "$own/$content"
for layer in "$store/$snapshots/snapshots"/*; do
    mkdir "$own/$snapshots/snapshots/${layer##*/}"
    mount --bind "$layer" "$own/$snapshots/snapshots/${layer##*/}"
done
