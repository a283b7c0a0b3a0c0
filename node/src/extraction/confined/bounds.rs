//! What a process can still do once it is confined: read the files it was told, compute, write to its pipe, end.
//!
//! Linux: a filter of system calls (seccomp) without network, programs, other processes or writing; rights on files
//! (landlock), where the kernel has them; limits of memory, processor time and files. Elsewhere nothing holds it, and that is
//! said. Never: a bound that is claimed and not there. Spec: ADR-0023.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bounds {
    /// System calls for network, programs, other processes and writing are refused.
    pub(crate) calls: bool,
    /// Only the files that are asked about can be opened.
    pub(crate) files: bool,
    /// Memory, processor time, sizes of files and core dumps are limited.
    pub(crate) limits: bool,
}

impl Bounds {
    /// Whether nothing is missing.
    pub(crate) fn are_whole(self) -> bool {
        self.calls && self.files && self.limits
    }

    /// For `doctor`.
    pub(crate) fn in_words(self) -> String {
        let of = |holds: bool, what: &'static str, without: &'static str| if holds { what } else { without };
        [
            of(self.calls, "no network, no other program, no writing", "network and writing are NOT refused"),
            of(
                self.files,
                "no other files (landlock)",
                "other files are NOT refused: this kernel has no landlock",
            ),
            of(self.limits, "limited memory and time", "memory and time are NOT limited"),
        ]
        .join("; ")
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn confine(_: &[PathBuf]) -> Result<Bounds, String> {
    Ok(Bounds::default())
}

#[cfg(target_os = "linux")]
pub(super) use linux::confine;

#[cfg(target_os = "linux")]
mod linux {
    use landlock::{
        ABI, Access as _, AccessFs, AccessNet, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _,
        RulesetStatus, path_beneath_rules,
    };
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
        SeccompRule, TargetArch,
    };

    use super::{Bounds, PathBuf};

    /// Address space, above what the largest image of a hospital needs; the readers' own bounds are far below.
    const MEMORY: u64 = 32 << 30;
    /// Seconds of processor time.
    const SECONDS: u64 = 3_600;
    /// Open files: one for each thread that reads slices, with room.
    const FILES: u64 = 1_024;

    /// Gives up everything but these files, for good. Before any thread is started.
    pub(in super::super) fn confine(files: &[PathBuf]) -> Result<Bounds, String> {
        let limits = limit().is_ok();
        let files = beneath(files)?;
        let calls = filter().is_ok_and(|filter| seccompiler::apply_filter(&filter).is_ok());
        Ok(Bounds { calls, files, limits })
    }

    fn limit() -> rustix::io::Result<()> {
        let limits = [
            (Resource::As, MEMORY),
            (Resource::Cpu, SECONDS),
            (Resource::Nofile, FILES),
            (Resource::Fsize, 0),
            (Resource::Core, 0),
        ];
        limits.into_iter().try_for_each(|(resource, most)| {
            let most = getrlimit(resource).maximum.map_or(most, |hard| hard.min(most));
            setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })
        })
    }

    /// Whether the kernel holds it.
    fn beneath(files: &[PathBuf]) -> Result<bool, String> {
        let (abi, said) = (ABI::V5, |e: landlock::RulesetError| e.to_string());
        let rules = path_beneath_rules(files, AccessFs::from_read(abi));
        let ruleset = Ruleset::default().handle_access(AccessFs::from_all(abi)).map_err(said)?;
        let ruleset = ruleset.handle_access(AccessNet::from_all(abi)).map_err(said)?;
        let held = ruleset.create().and_then(|created| created.add_rules(rules)?.restrict_self());
        Ok(held.map_err(said)?.ruleset != RulesetStatus::NotEnforced)
    }

    fn filter() -> Result<BpfProgram, seccompiler::BackendError> {
        let always = FORBIDDEN.iter().map(|call| (*call, Vec::new()));
        let opening = OPENING.iter().map(|(call, flags)| {
            Ok((*call, vec![writes(*flags, libc::O_WRONLY)?, writes(*flags, libc::O_RDWR)?]))
        });
        let rules = always.map(Ok).chain(opening).collect::<Result<_, seccompiler::BackendError>>()?;
        let refused = SeccompAction::Errno(libc::EPERM.cast_unsigned());
        let arch = TargetArch::try_from(std::env::consts::ARCH)?;
        SeccompFilter::new(rules, SeccompAction::Allow, refused, arch)?.try_into()
    }

    /// An opening of a file with this way of access, in the argument that has the flags.
    fn writes(flags: u8, access: i32) -> Result<SeccompRule, seccompiler::BackendError> {
        let masked = SeccompCmpOp::MaskedEq(u64::from(libc::O_ACCMODE.cast_unsigned()));
        let access = u64::from(access.cast_unsigned());
        SeccompRule::new(vec![SeccompCondition::new(flags, SeccompCmpArgLen::Dword, masked, access)?])
    }

    /// System calls that open files, with the argument that has the flags.
    const OPENING: &[(i64, u8)] = &[
        (libc::SYS_openat, 2),
        #[cfg(target_arch = "x86_64")]
        (libc::SYS_open, 1),
    ];

    /// Network, programs, other processes, changes of files, and what kernels were broken with.
    const FORBIDDEN: &[i64] = &[
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_accept,
        libc::SYS_accept4,
        libc::SYS_sendto,
        libc::SYS_sendmsg,
        libc::SYS_sendmmsg,
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_pidfd_open,
        libc::SYS_kill,
        libc::SYS_openat2,
        libc::SYS_renameat,
        libc::SYS_renameat2,
        libc::SYS_unlinkat,
        libc::SYS_linkat,
        libc::SYS_symlinkat,
        libc::SYS_mkdirat,
        libc::SYS_mknodat,
        libc::SYS_fchmod,
        libc::SYS_fchmodat,
        libc::SYS_fchown,
        libc::SYS_fchownat,
        libc::SYS_truncate,
        libc::SYS_ftruncate,
        libc::SYS_setxattr,
        libc::SYS_mount,
        libc::SYS_umount2,
        libc::SYS_pivot_root,
        libc::SYS_chroot,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_userfaultfd,
        libc::SYS_io_uring_setup,
        libc::SYS_keyctl,
        libc::SYS_add_key,
        libc::SYS_request_key,
        libc::SYS_open_by_handle_at,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_creat,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_rename,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_unlink,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_rmdir,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_link,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_symlink,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_mkdir,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_chmod,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_chown,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_fork,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_vfork,
    ];
}
