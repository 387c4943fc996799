/* The raw file, so that no compiler need parse its 900 KB as numbers. All machines that we
   build for are little-endian, as it is. */
    .section .rodata
    .balign 16
    .globl martlet_silero_first
    .globl martlet_silero_end
martlet_silero_first:
    .incbin "weights.f32"
martlet_silero_end:
    .byte 0

    .section .note.GNU-stack, "", %progbits
