#!/bin/busybox sh
# The first program of the tests' Linux guest. See initrd.rs for what stubhv.do= may be.
/bin/busybox --install -s /bin
export PATH=/bin HOME=/ TERM=vt100
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev 2>/dev/null

exec </dev/ttyS0 >/dev/ttyS0 2>&1
echo "stub-hv: init reached"

what=shell
for word in $(cat /proc/cmdline); do
    case $word in stubhv.do=*) what=${word#stubhv.do=} ;; esac
done

case $what in
poweroff)
    poweroff -f
    ;;
dmesg)
    dmesg
    echo "stub-hv: dmesg end"
    poweroff -f
    ;;
load)
    # Per CPU one loop that computes and one that goes through the page cache and fork/exec.
    mount -t tmpfs tmpfs /tmp
    for cpu in $(seq "$(nproc)"); do
        (while :; do dd if=/dev/zero bs=64k count=64 2>/dev/null | md5sum >/dev/null; done) &
        (while :; do
            dd if=/dev/urandom of=/tmp/load$cpu bs=16k count=16 2>/dev/null
            cat /proc/interrupts /tmp/load$cpu | gzip -c >/tmp/load$cpu.gz
        done) &
    done
    echo "stub-hv: load running"
    wait
    ;;
shell)
    setsid cttyhack sh
    poweroff -f
    ;;
*)
    echo "stub-hv: unknown stubhv.do=$what; it is one of shell, poweroff, dmesg, load"
    poweroff -f
    ;;
esac
