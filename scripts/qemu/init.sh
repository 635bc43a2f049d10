#!/bin/busybox sh
# The first and only process of the guest: loads the driver of the DMA engine, lets the kernel's dmatest copy on every channel
# and switches the machine off. The variables iterations and threads come from the kernel's command line. What it prints
# itself begins with "guest:"; the rest is the kernel's.

/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
dmesg -n 7

channels() {
  ls /sys/class/dma 2>/dev/null
}

insmod /lib/dca.ko
insmod /lib/ioatdma.ko

# The driver tests a channel before it registers it.
tries=0
while [ -z "$(channels)" ] && [ $tries -lt 50 ]; do
  usleep 100000
  tries=$((tries + 1))
done

for channel in $(channels); do
  device=/sys/class/dma/$channel/device
  echo "guest: channel $channel of $(cat $device/vendor):$(cat $device/device)"
done

if [ -n "$(channels)" ]; then
  insmod /lib/dmatest.ko timeout=20000 iterations="$iterations" threads_per_chan="$threads" run=1
  # Reading it takes until every thread is done.
  cat /sys/module/dmatest/parameters/wait >/dev/null
fi

grep ioat /proc/interrupts | while read -r _ count _; do echo "guest: interrupts $count"; done
echo "guest: done"
poweroff -f
