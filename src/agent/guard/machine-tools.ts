// Programs that change the machine itself, its devices, users and kernel, or what runs elsewhere:
// none of it is the subject's.
import type { Effect } from "../../domain/effect.ts";
import {
  alwaysIs,
  type Classifier,
  effectBecause,
  effectOf,
  type Scope,
  type ShellWord,
} from "./scope.ts";

const DEVICES = [
  ...["sgdisk", "gdisk", "cgdisk", "sfdisk", "cfdisk", "dmsetup", "cryptsetup", "mdadm", "hdparm"],
  ...["nvme", "sg_format", "badblocks", "debugfs", "tune2fs", "resize2fs", "e2fsck", "fsck"],
  ...["xfs_repair", "xfs_growfs", "losetup", "fstrim", "partprobe", "mkfifo", "mknod", "swapon"],
  ...["fsfreeze", "xfs_io", "quotacheck", "setfattr"],
  ...["blockdev", "lvextend", "smartctl", "udevadm", "fusermount", "fusermount3"],
  ...["lvresize", "lvreduce", "lvconvert", "vgchange", "pvmove", "multipath", "ceph", "rbd"],
];

const KERNEL_AND_USERS = [
  ...["insmod", "rmmod", "modprobe", "depmod", "useradd", "userdel", "usermod", "groupadd"],
  ...["groupdel", "passwd", "chpasswd", "visudo", "vipw", "chsh", "chage", "setcap", "setenforce"],
  ...["auditctl", "update-rc.d", "chkconfig", "localectl", "ntpdate"],
  ...["adjtimex", "cgset", "cgdelete", "cgclassify", "renice", "snap", "pacman"],
  ...["chcon", "semanage", "choom", "cpulimit", "criu", "cgexec", "cgcreate", "snice"],
  ...["busctl", "machinectl", "portablectl", "homectl", "userdbctl", "coredumpctl"],
  ...["systemd-mount", "systemd-analyze"],
  ...["zypper", "nix-env", "update-alternatives", "ldconfig", "umount", "quotaoff", "edquota"],
];

const CLOUD = [
  ...["aws", "gcloud", "gsutil", "az", "s3cmd", "mc", "rclone", "restic", "borg", "duplicity"],
  ...["br", "tidb-lightning", "dumpling", "vault", "consul", "nomad", "packer", "vagrant", "virsh"],
  ...["heroku", "flyctl", "doctl", "pulumi", "gh", "mail", "sendmail", "mailx", "logger", "wall"],
];

export const MACHINE_TOOLS: Readonly<Record<string, Classifier>> = {
  ...allAre(DEVICES, "devices and file systems hold more than the subject's data"),
  ...allAre(KERNEL_AND_USERS, "the machine itself"),
  ...allAre(CLOUD, "it acts elsewhere"),
  mount: readsAlone(/^(?:-l|-t [\w,]+|--show-labels)?$/),
  hostname: readsAlone(/^(?:-[fsidA]+)?$/),
  hostnamectl: readsAlone(/^(?:status)?$/),
  timedatectl: readsAlone(/^(?:status|show)?$/),
  chronyc: readsAlone(/^(?:-n )?(?:tracking|sources|sourcestats)(?: -v)?$/),
  dpkg: readsAlone(/^(?:-[lsL]|--list|--status)(?: [\w.+:*-]+)*$/),
  rpm: readsAlone(/^-q[ail]*(?: \w[\w.+-]*)*$/),
  sysctl: classifySysctl,
  ulimit: readsAlone(/^(?:-[HS] )?-[acfnsuv]$/),
};

function allAre(names: readonly string[], because: string): Readonly<Record<string, Classifier>> {
  return Object.fromEntries(names.map((name) => [name, alwaysIs("foreign", because)]));
}

/** With other words it changes the machine. */
function readsAlone(reading: RegExp): Classifier {
  return (words: readonly ShellWord[], scope: Scope) => {
    const text = words.slice(1).map((word) => word.text);
    const isReading = words.every(({ isExact }) => isExact) && reading.test(text.join(" "));
    if (isReading) return [effectOf({ kind: "read", words, scope })];
    return alwaysIs("foreign", "the machine itself")(words, scope);
  };
}

/** Plain names, of one setting or of a folder that has no keys within. */
const SETTINGS = /^(?:-[en]+ )*\w[\w-]*(?:\.\w[\w-]*)*(?: \w[\w-]*(?:\.\w[\w-]*)*)*$/;
/** Root alone reads them: ip-sysctl, "tcp_fastopen_key" and "stable_secret". */
const SHOWS_KEYS = new RegExp(
  "^(?:-[aAX]+|--all)$|^net(?:\\.ipv4|\\.ipv6(?:\\.conf(?:\\.[\\w-]+)?)?)?$" +
    "|[._](?:key|secret)$",
);

/** Whoever asks for all of them, or for a folder, is shown keys of the machine as well. */
function classifySysctl(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const isOpen = words.slice(1).some(({ text }) => SHOWS_KEYS.test(text));
  if (!isOpen) return readsAlone(SETTINGS)(words, scope);
  const because = "keys of the machine are shown with it: name a setting, sysctl NAME";
  return [effectBecause({ kind: "foreign", words, because })];
}
