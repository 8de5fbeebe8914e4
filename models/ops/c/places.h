// Where the pixels of a map are read, and reading there: what the loops in this folder share. `native.py` calls these
// loops and says what they compute. They read nothing outside a map, whatever an offset holds.
#pragma once

#if defined(__AVX512F__)
enum { LANES = 16 };  // floats in a vector register
#elif defined(__AVX__)
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif
enum { MOST = 224 };  // places that are found together, a multiple of LANES

typedef float vec __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef int ints __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef float quad __attribute__((vector_size(16), aligned(4), may_alias));
#define VEC(p) (*(vec *)(p))
#define INTS(p) (*(ints *)(p))
#define QUAD(p) (*(quad *)(p))

typedef struct {  // [images, channels, height, width] and the steps between neighbours, in floats; data 0: no such map
    float *data;
    long images, channels, height, width, image, channel, row, column;
} Map;

static inline float *at(const Map *m, long image, long y, long x) {
    return m->data + image * m->image + y * m->row + x * m->column;
}

static inline long least(long a, long b) { return a < b ? a : b; }

typedef struct {  // `total` of the value at (y, x) is shared out to the four pixels around it
    float y[MOST], x[MOST], total[MOST], share[4][MOST];
    int from[4][MOST];  // where those pixels lie, counted from the first one of their image
} Places;

static inline vec choose(ints which, vec yes, vec no) { return (vec)((which & (ints)yes) | (~which & (ints)no)); }

// Shares and pixels of `count` places. Outside, `map` is zero or repeats its border; NaN gives NaN, or the first pixel.
static inline void find(Places *p, long count, const Map *map, int repeat_border) {
    const vec zero = {0}, rim = zero - 1;
    const vec bottom = zero + (float)(map->height - repeat_border), side = zero + (float)(map->width - repeat_border);
    const int height = map->height, width = map->width, row = map->row, column = map->column;
    for (long e = 0; e < count; e += LANES) {
        vec y = VEC(p->y + e), x = VEC(p->x + e), total = VEC(p->total + e);
        if (repeat_border) {
            y = choose(y > 0, y, zero), x = choose(x > 0, x, zero);
            y = choose(y < bottom, y, bottom), x = choose(x < side, x, side);
        } else {  // far ones go where everything is zero, and an integer can hold them
            y = choose((y < -1) | (y > bottom), rim, y), x = choose((x < -1) | (x > side), rim, x);
        }
        // From -1 on, to cut off the fraction of a number plus 1 is to round it down. NaN has no integer.
        ints y1 = __builtin_convertvector(choose(y >= -1, y, rim) + 1, ints), y0 = y1 - 1;
        ints x1 = __builtin_convertvector(choose(x >= -1, x, rim) + 1, ints), x0 = x1 - 1;
        vec lower = total * (y - __builtin_convertvector(y0, vec)), upper = total - lower;
        vec right = x - __builtin_convertvector(x0, vec), lower_right = lower * right, upper_right = upper * right;
        ints above = (y0 >= 0) & (y0 < height), below = y1 < height;
        ints before = (x0 >= 0) & (x0 < width), after = x1 < width;
        VEC(p->share[0] + e) = (vec)(above & before & (ints)(upper - upper_right));
        VEC(p->share[1] + e) = (vec)(above & after & (ints)upper_right);
        VEC(p->share[2] + e) = (vec)(below & before & (ints)(lower - lower_right));
        VEC(p->share[3] + e) = (vec)(below & after & (ints)lower_right);
        y0 = above & (y0 * row), y1 = below & (y1 * row), x0 = before & (x0 * column), x1 = after & (x1 * column);
        INTS(p->from[0] + e) = y0 + x0, INTS(p->from[1] + e) = y0 + x1;
        INTS(p->from[2] + e) = y1 + x0, INTS(p->from[3] + e) = y1 + x1;
    }
}

// out = what place e reads of `image` + weight * more (0: nothing); the channels of a pixel lie side by side
static inline void read_place(float *out, const float *image, const Places *p, long e, const float *more, float weight,
                              long channels) {
    const float *a = image + p->from[0][e], *b = image + p->from[1][e];
    const float *c = image + p->from[2][e], *d = image + p->from[3][e];
    const float s = p->share[0][e], t = p->share[1][e], u = p->share[2][e], v = p->share[3][e];
    long i = 0;
    for (; i + LANES <= channels; i += LANES) {
        vec sum = s * VEC(a + i) + t * VEC(b + i) + u * VEC(c + i) + v * VEC(d + i);
        if (more) sum += weight * VEC(more + i);
        VEC(out + i) = sum;
    }
    for (; i + 4 <= channels; i += 4) {
        quad sum = s * QUAD(a + i) + t * QUAD(b + i) + u * QUAD(c + i) + v * QUAD(d + i);
        if (more) sum += weight * QUAD(more + i);
        QUAD(out + i) = sum;
    }
    for (; i < channels; i++) {
        float sum = s * a[i] + t * b[i] + u * c[i] + v * d[i];
        out[i] = more ? sum + weight * more[i] : sum;
    }
}
