/*
 * The instructions that can be carried out on mapped registers, one of each form: each is there as code, which runs for
 * real, and with its text and what a processor must have for it in a section of its own. For emulate_test.c only.
 */
#ifndef INSTRUCTION_FORMS_H
#define INSTRUCTION_FORMS_H

#include <stdint.h>

/* What a processor must have. */
enum need { ANY, MOVBE, BMI, AVX, AVX512 };

struct form {
	const char *text;
	const uint8_t *begin, *end;
	uint64_t need;
};

/* Code between two labels, and a form that says so, in a section of its own. */
#define FORM(need, text)                                                                                               \
	__asm__(".pushsection .text\n771: " text "\n772: ret\n.popsection\n"                                           \
		".pushsection .rodata\n773: .asciz \"" text "\"\n.popsection\n"                                        \
		".pushsection instruction_forms,\"aw\"\n.quad 773b, 771b, 772b, " #need "\n.popsection\n")

extern const struct form __start_instruction_forms[], __stop_instruction_forms[];

__asm__(".set NEED_ANY, 0\n.set NEED_MOVBE, 1\n.set NEED_BMI, 2\n.set NEED_AVX, 3\n.set NEED_AVX512, 4\n");

__asm__(".pushsection .data\n.balign 8\nnear_data: .quad 0x8877665544332211\n.popsection\n");

FORM(NEED_ANY, "movb (%rdi), %al");
FORM(NEED_ANY, "movb (%rdi), %ah");
FORM(NEED_ANY, "movb 5(%rdi), %sil");
FORM(NEED_ANY, "movb -3(%rdi), %r11b");
FORM(NEED_ANY, "movw (%rdi,%rbx,2), %ax");
FORM(NEED_ANY, "movl (%rdi,%rbx,4), %eax");
FORM(NEED_ANY, "movq 8(%rdi,%rbx,8), %r15");
FORM(NEED_ANY, "movl (%edi), %eax");
FORM(NEED_ANY, "movl 4(%edi,%ebx,4), %r10d");
FORM(NEED_ANY, "movq near_data(%rip), %rax");
FORM(NEED_ANY, "movb %al, (%rdi)");
FORM(NEED_ANY, "movb %ch, (%rdi)");
FORM(NEED_ANY, "movb %dil, (%rdi)");
FORM(NEED_ANY, "movw %dx, 2(%rdi)");
FORM(NEED_ANY, "movl %r9d, 4(%rdi)");
FORM(NEED_ANY, "movq %r14, -8(%rdi)");
FORM(NEED_ANY, "movb $0x8f, (%rdi)");
FORM(NEED_ANY, "movw $0x8001, (%rdi)");
FORM(NEED_ANY, "movl $0x80000001, (%rdi)");
FORM(NEED_ANY, "movq $-2, (%rdi)");
FORM(NEED_ANY, "movnti %eax, (%rdi)");
FORM(NEED_ANY, "movnti %rax, (%rdi)");
FORM(NEED_ANY, "movzbw (%rdi), %ax");
FORM(NEED_ANY, "movzbl (%rdi), %eax");
FORM(NEED_ANY, "movzbq (%rdi), %rax");
FORM(NEED_ANY, "movzwl (%rdi), %eax");
FORM(NEED_ANY, "movsbw (%rdi), %ax");
FORM(NEED_ANY, "movsbl (%rdi), %eax");
FORM(NEED_ANY, "movsbq (%rdi), %rax");
FORM(NEED_ANY, "movswl (%rdi), %eax");
FORM(NEED_ANY, "movswq (%rdi), %rax");
FORM(NEED_ANY, "movslq (%rdi), %rax");
FORM(NEED_MOVBE, "movbew (%rdi), %ax");
FORM(NEED_MOVBE, "movbel (%rdi), %eax");
FORM(NEED_MOVBE, "movbeq %rax, (%rdi)");
#define ALU(name)                                                                                                      \
	FORM(NEED_ANY, name "b %al, (%rdi)");                                                                          \
	FORM(NEED_ANY, name "b %bh, (%rdi)");                                                                          \
	FORM(NEED_ANY, name "w %ax, (%rdi)");                                                                          \
	FORM(NEED_ANY, name "l %eax, (%rdi)");                                                                         \
	FORM(NEED_ANY, name "q %rax, (%rdi)");                                                                         \
	FORM(NEED_ANY, name "b $0x81, (%rdi)");                                                                        \
	FORM(NEED_ANY, name "w $0x7f, (%rdi)");                                                                        \
	FORM(NEED_ANY, name "l $-3, (%rdi)");                                                                          \
	FORM(NEED_ANY, name "l $0x12345678, (%rdi)");                                                                  \
	FORM(NEED_ANY, name "q $-0x12345678, (%rdi)")
#define ALU_LOAD(name)                                                                                                 \
	FORM(NEED_ANY, name "b (%rdi), %al");                                                                          \
	FORM(NEED_ANY, name "w (%rdi), %r8w");                                                                         \
	FORM(NEED_ANY, name "l (%rdi), %eax");                                                                         \
	FORM(NEED_ANY, name "q (%rdi), %rdx")
ALU("add");
ALU("or");
ALU("adc");
ALU("sbb");
ALU("and");
ALU("sub");
ALU("xor");
ALU("cmp");
ALU("test");
ALU_LOAD("add");
ALU_LOAD("or");
ALU_LOAD("adc");
ALU_LOAD("sbb");
ALU_LOAD("and");
ALU_LOAD("sub");
ALU_LOAD("xor");
ALU_LOAD("cmp");
FORM(NEED_ANY, "lock orl %eax, (%rdi)");
FORM(NEED_ANY, "lock addq $1, (%rdi)");
#define EACH_SIZE(name, rest)                                                                                          \
	FORM(NEED_ANY, name "b " rest "(%rdi)");                                                                       \
	FORM(NEED_ANY, name "w " rest "(%rdi)");                                                                       \
	FORM(NEED_ANY, name "l " rest "(%rdi)");                                                                       \
	FORM(NEED_ANY, name "q " rest "(%rdi)")
EACH_SIZE("inc", "");
EACH_SIZE("dec", "");
EACH_SIZE("neg", "");
EACH_SIZE("not", "");
EACH_SIZE("shl", "");
EACH_SIZE("shr", "%cl, ");
EACH_SIZE("sar", "$3, ");
EACH_SIZE("rol", "%cl, ");
EACH_SIZE("ror", "$5, ");
EACH_SIZE("rcl", "%cl, ");
EACH_SIZE("rcr", "");
#define BITS(name)                                                                                                     \
	FORM(NEED_ANY, name "w %r9w, (%rdi)");                                                                         \
	FORM(NEED_ANY, name "l %r9d, (%rdi)");                                                                         \
	FORM(NEED_ANY, name "q %r9, (%rdi)");                                                                          \
	FORM(NEED_ANY, name "w $13, (%rdi)");                                                                          \
	FORM(NEED_ANY, name "l $40, (%rdi)");                                                                          \
	FORM(NEED_ANY, name "q $63, (%rdi)")
BITS("bt");
BITS("bts");
BITS("btr");
BITS("btc");
FORM(NEED_ANY, "bsfw (%rdi), %ax");
FORM(NEED_ANY, "bsfl (%rdi), %eax");
FORM(NEED_ANY, "bsrq (%rdi), %rax");
FORM(NEED_BMI, "tzcntl (%rdi), %eax");
FORM(NEED_BMI, "lzcntq (%rdi), %rax");
FORM(NEED_BMI, "popcntl (%rdi), %eax");
FORM(NEED_ANY, "imulw (%rdi), %ax");
FORM(NEED_ANY, "imull (%rdi), %eax");
FORM(NEED_ANY, "imulq (%rdi), %rax");
FORM(NEED_ANY, "imull $77, (%rdi), %eax");
FORM(NEED_ANY, "imulq $-1000, (%rdi), %r8");
#define EXCHANGES(name)                                                                                                \
	FORM(NEED_ANY, name "b %al, (%rdi)");                                                                          \
	FORM(NEED_ANY, name "b %dh, (%rdi)");                                                                          \
	FORM(NEED_ANY, name "w %dx, (%rdi)");                                                                          \
	FORM(NEED_ANY, name "l %edx, (%rdi)");                                                                         \
	FORM(NEED_ANY, name "q %rdx, (%rdi)")
EXCHANGES("xchg");
EXCHANGES("xadd");
EXCHANGES("cmpxchg");
FORM(NEED_ANY, "lock cmpxchgl %edx, (%rdi)");
/* Equal in part of the trials. */
FORM(NEED_ANY, "movl (%rdi), %eax; cmpxchgl %edx, (%rdi)");
FORM(NEED_ANY, "movq (%rdi), %rax; cmpxchgq %rdx, (%rdi)");
#define CONDITIONS(condition)                                                                                          \
	FORM(NEED_ANY, "set" condition " (%rdi)");                                                                     \
	FORM(NEED_ANY, "cmov" condition "l (%rdi), %eax");                                                             \
	FORM(NEED_ANY, "cmov" condition "q (%rdi), %rax")
CONDITIONS("o");
CONDITIONS("no");
CONDITIONS("b");
CONDITIONS("nb");
CONDITIONS("z");
CONDITIONS("nz");
CONDITIONS("be");
CONDITIONS("nbe");
CONDITIONS("s");
CONDITIONS("ns");
CONDITIONS("p");
CONDITIONS("np");
CONDITIONS("l");
CONDITIONS("nl");
CONDITIONS("le");
CONDITIONS("nle");
FORM(NEED_ANY, "pushq (%rdi); popq (%rsi)");
FORM(NEED_ANY, "pushw (%rdi); popw (%rsi)");
FORM(NEED_ANY, "clflush (%rdi)");
FORM(NEED_ANY, "movsb");
FORM(NEED_ANY, "movsw");
FORM(NEED_ANY, "movsl");
FORM(NEED_ANY, "movsq");
FORM(NEED_ANY, "rep movsb");
FORM(NEED_ANY, "rep movsl");
FORM(NEED_ANY, "rep movsq");
FORM(NEED_ANY, "stosb");
FORM(NEED_ANY, "rep stosb");
FORM(NEED_ANY, "rep stosw");
FORM(NEED_ANY, "rep stosl");
FORM(NEED_ANY, "rep stosq");
FORM(NEED_ANY, "lodsb");
FORM(NEED_ANY, "lodsw");
FORM(NEED_ANY, "lodsl");
FORM(NEED_ANY, "rep lodsq");
FORM(NEED_ANY, "cmpsb");
FORM(NEED_ANY, "repe cmpsb");
FORM(NEED_ANY, "repne cmpsl");
FORM(NEED_ANY, "scasw");
FORM(NEED_ANY, "repne scasb");
FORM(NEED_ANY, "repe scasq");
FORM(NEED_ANY, "addr32 rep movsb");
FORM(NEED_ANY, "addr32 rep stosl");
#define BOTH_WAYS(need, name, vector)                                                                                  \
	FORM(need, name " (%rdi), %" vector);                                                                          \
	FORM(need, name " %" vector ", 64(%rdi)")
BOTH_WAYS(NEED_ANY, "movaps", "xmm0");
BOTH_WAYS(NEED_ANY, "movups", "xmm15");
BOTH_WAYS(NEED_ANY, "movapd", "xmm3");
BOTH_WAYS(NEED_ANY, "movupd", "xmm4");
BOTH_WAYS(NEED_ANY, "movdqa", "xmm1");
BOTH_WAYS(NEED_ANY, "movdqu", "xmm9");
BOTH_WAYS(NEED_ANY, "movd", "xmm2");
BOTH_WAYS(NEED_ANY, "movq", "xmm2");
BOTH_WAYS(NEED_ANY, "movss", "xmm5");
BOTH_WAYS(NEED_ANY, "movsd", "xmm6");
BOTH_WAYS(NEED_ANY, "movlps", "xmm7");
BOTH_WAYS(NEED_ANY, "movhps", "xmm7");
BOTH_WAYS(NEED_ANY, "movlpd", "xmm8");
BOTH_WAYS(NEED_ANY, "movhpd", "xmm8");
FORM(NEED_ANY, "lddqu (%rdi), %xmm1");
FORM(NEED_ANY, "movntdq %xmm1, (%rdi)");
FORM(NEED_ANY, "movntdqa (%rdi), %xmm1");
FORM(NEED_ANY, "movntps %xmm1, (%rdi)");
FORM(NEED_ANY, "movntpd %xmm1, (%rdi)");
BOTH_WAYS(NEED_AVX, "vmovaps", "xmm0");
BOTH_WAYS(NEED_AVX, "vmovaps", "ymm0");
BOTH_WAYS(NEED_AVX, "vmovups", "ymm13");
BOTH_WAYS(NEED_AVX, "vmovdqa", "ymm1");
BOTH_WAYS(NEED_AVX, "vmovdqu", "xmm2");
BOTH_WAYS(NEED_AVX, "vmovdqu", "ymm12");
BOTH_WAYS(NEED_AVX, "vmovd", "xmm2");
BOTH_WAYS(NEED_AVX, "vmovq", "xmm2");
BOTH_WAYS(NEED_AVX, "vmovss", "xmm2");
BOTH_WAYS(NEED_AVX, "vmovsd", "xmm2");
FORM(NEED_AVX, "vmovlps (%rdi), %xmm3, %xmm4");
FORM(NEED_AVX, "vmovhps (%rdi), %xmm3, %xmm4");
FORM(NEED_AVX, "vmovlps %xmm3, (%rdi)");
FORM(NEED_AVX, "vmovhpd %xmm3, (%rdi)");
FORM(NEED_AVX, "vmovntdq %ymm1, (%rdi)");
FORM(NEED_AVX, "vlddqu (%rdi), %ymm1");
FORM(NEED_AVX, "vbroadcastss (%rdi), %xmm1");
FORM(NEED_AVX, "vbroadcastsd (%rdi), %ymm1");
FORM(NEED_AVX, "vpbroadcastb (%rdi), %ymm1");
FORM(NEED_AVX, "vpbroadcastw (%rdi), %xmm1");
FORM(NEED_AVX, "vpbroadcastd (%rdi), %ymm1");
FORM(NEED_AVX, "vpbroadcastq (%rdi), %ymm1");
FORM(NEED_AVX, "vbroadcasti128 (%rdi), %ymm1");
BOTH_WAYS(NEED_AVX512, "vmovdqu8", "ymm16");
BOTH_WAYS(NEED_AVX512, "vmovdqu8", "xmm31");
BOTH_WAYS(NEED_AVX512, "vmovdqu64", "zmm1");
BOTH_WAYS(NEED_AVX512, "vmovdqu32", "zmm20");
BOTH_WAYS(NEED_AVX512, "vmovdqa64", "zmm3");
BOTH_WAYS(NEED_AVX512, "vmovups", "zmm17");
FORM(NEED_AVX512, "vmovntdq %zmm1, (%rdi)");
FORM(NEED_AVX512, "vpbroadcastd (%rdi), %zmm18");

/* Not carried out. */
__asm__(".pushsection .text\nby_segment: movl %fs:(%rdi), %eax\nmasked: vmovdqu8 (%rdi), %ymm1{%k1}\n"
	"long_jump: ljmp *(%rdi)\nadded: paddd (%rdi), %xmm1\n.popsection\n");
extern const uint8_t by_segment[], masked[], long_jump[], added[];

#endif
