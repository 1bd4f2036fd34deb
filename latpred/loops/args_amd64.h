// Offsets of args.
#define DST 0
#define STRIDE 8
#define ROWS 16
#define BASE 24
#define FROM 32
#define TO 40
#define OFFSETS 48
#define VALUES 56
#define SLOT 64
#define RATE 72
#define MOMENTUM 76
#define DECAY 80
#define VECTORS 88
#define STEP 96
#define SECOND 104
#define SRC 112
#define SRC_STRIDE 120

// R8 destination, R9 its stride, R10 rows left, SI base, R11 and R12 where lists
// begin and end, R13 offsets, DX values.
#define TAKE_ARGS \
	MOVQ a+0(FP), DI \
	MOVQ DST(DI), R8 \
	MOVQ STRIDE(DI), R9 \
	MOVQ ROWS(DI), R10 \
	MOVQ BASE(DI), SI \
	MOVQ FROM(DI), R11 \
	MOVQ TO(DI), R12 \
	MOVQ OFFSETS(DI), R13 \
	MOVQ VALUES(DI), DX
