/* Loaded before a program (LD_PRELOAD), hides AVX-512, AMX and AVX-VNNI from the libraries that look for them.
 *
 * Linux lets a process trap its own CPUID instructions where the processor can (flag cpuid_fault in /proc/cpuinfo): the
 * handler executes the instruction and clears the bits. The frequency and the caches stay those of the machine.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define ARCH_SET_CPUID 0x1012
#define BIT(n) (1u << (n))

/* Leaf 7, Intel SDM volume 2, CPUID: F, DQ, IFMA, PF, ER, CD, BW, VL; VBMI, VBMI2, VNNI, BITALG, VPOPCNTDQ; 4VNNIW, 4FMAPS,
 * VP2INTERSECT, AMX-BF16, AVX512-FP16, AMX-TILE, AMX-INT8; in its subleaf 1 AVX-VNNI, AVX512-BF16, AMX-FP16. */
static const unsigned EBX = BIT(16) | BIT(17) | BIT(21) | BIT(26) | BIT(27) | BIT(28) | BIT(30) | BIT(31);
static const unsigned ECX = BIT(1) | BIT(6) | BIT(11) | BIT(12) | BIT(14);
static const unsigned EDX = BIT(2) | BIT(3) | BIT(8) | BIT(22) | BIT(23) | BIT(24) | BIT(25);
static const unsigned EAX_1 = BIT(4) | BIT(5) | BIT(21);

static void answer(int number, siginfo_t *info, void *context) {
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    const unsigned char *at = (const unsigned char *)registers[REG_RIP];
    unsigned leaf = registers[REG_RAX], subleaf = registers[REG_RCX], a, b, c, d;
    (void)info;
    if (at[0] != 0x0f || at[1] != 0xa2) { /* not CPUID: a real fault */
        signal(number, SIG_DFL);
        return;
    }
    syscall(SYS_arch_prctl, ARCH_SET_CPUID, 1);
    __cpuid_count(leaf, subleaf, a, b, c, d);
    syscall(SYS_arch_prctl, ARCH_SET_CPUID, 0);
    if (leaf == 7 && subleaf == 0) {
        b &= ~EBX;
        c &= ~ECX;
        d &= ~EDX;
    }
    if (leaf == 7 && subleaf == 1) a &= ~EAX_1;
    registers[REG_RAX] = a;
    registers[REG_RBX] = b;
    registers[REG_RCX] = c;
    registers[REG_RDX] = d;
    registers[REG_RIP] += 2;
}

__attribute__((constructor)) static void hide(void) {
    struct sigaction action = {0};
    action.sa_sigaction = answer;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigaction(SIGSEGV, &action, 0);
    if (syscall(SYS_arch_prctl, ARCH_SET_CPUID, 0)) {
        static const char refused[] = "this processor or kernel cannot hide its features (cpuid_fault)\n";
        if (write(2, refused, sizeof refused - 1) < 0) _exit(1);
        _exit(1);
    }
}
