// Deformable convolution with blending: columns are gathered, blended and multiplied a few pixels at a time.
#include <stdlib.h>
#include <string.h>

#include "places.h"

enum {
    ROWS = 6,    // pixels that are multiplied together: their sums, two vectors each, stay in registers
    BLOCK = 24,  // pixels whose columns are built together, and stay in the cache; a multiple of ROWS
    TAPS = 9,    // of a kernel, at most; BLOCK * TAPS is at most MOST
};
const long lanes = LANES, most_taps = TAPS;  // for native.py

typedef struct {  // of a deformable convolution
    Map feature, current, offset, mask, shift, out;
    long groups, kernel, dilation, threads;
} Convolution;

// columns [count][taps][channels]: what the taps of `count` pixels from number `first` on see
static void see(float *columns, Places *p, const Convolution *conv, long image, long first, long count) {
    const Map *offset = &conv->offset, *mask = &conv->mask, *current = &conv->current, *shift = &conv->shift;
    const long height = conv->out.height, width = conv->out.width, channels = conv->feature.channels;
    const long taps = conv->kernel * conv->kernel, reach = conv->kernel / 2 * conv->dilation;
    const long groups = conv->groups, part = channels / groups;
    const long next = offset->channels == 2 * groups ? 0 : 2 * offset->channel;  // from tap to tap
    const long next_group = (next ? taps : 1) * 2 * offset->channel;
    float dy[TAPS], dx[TAPS], share[MOST];
    long step[TAPS], still[MOST];  // where taps read `current`, from their pixel and from the first one
    for (long t = 0; t < taps; t++) {
        dy[t] = t / conv->kernel * conv->dilation - reach, dx[t] = t % conv->kernel * conv->dilation - reach;
        step[t] = dy[t] * current->row + dx[t] * current->column;
    }
    for (long group = 0; group < groups; group++) {
        for (long j = 0; j < count; j++) {
            const long y = (first + j) / width, x = (first + j) % width, here = y * current->row + x * current->column;
            const float *move = at(offset, image, y, x) + group * next_group;
            const float *blend = mask->data ? at(mask, image, y, x) + group * taps * mask->channel : 0;
            const float by_x = shift->data ? at(shift, image, y, x)[0] : 0;
            const float by_y = shift->data ? at(shift, image, y, x)[shift->channel] : 0;
            const long e = j * taps;
            for (long t = 0; t < taps; t++) {
                p->y[e + t] = (move[t * next] + by_y) + (dy[t] + y);
                p->x[e + t] = (move[t * next + offset->channel] + by_x) + (dx[t] + x);
                share[e + t] = blend ? blend[t * mask->channel] : 0;
                p->total[e + t] = 1 - share[e + t];
                still[e + t] = here + step[t];
            }
            if (y >= reach && y < height - reach && x >= reach && x < width - reach) continue;
            for (long t = 0; t < taps; t++)
                if (y + dy[t] < 0 || y + dy[t] >= height || x + dx[t] < 0 || x + dx[t] >= width)
                    share[e + t] = 0, still[e + t] = 0;
        }
        find(p, count * taps, &conv->feature, 0);
        const float *moved = at(&conv->feature, image, 0, 0) + group * part;
        const float *now = mask->data ? at(current, image, 0, 0) + group * part : 0;
        for (long e = 0; e < count * taps; e++)
            read_place(columns + e * channels + group * part, moved, p, e, now ? now + still[e] : 0, share[e], part);
    }
}

// tile [ROWS][vectors * LANES] = columns [ROWS][terms] * as many of the first columns of weight [terms][width]
static inline __attribute__((always_inline)) void multiply(float *tile, const float *columns, const float *weight,
                                                           long terms, long width, const int vectors) {
    vec sums[ROWS][2] = {0};
    for (long t = 0; t < terms; t++, weight += width)
        for (int v = 0; v < vectors; v++) {
            vec kernel = VEC(weight + v * LANES);
            for (int r = 0; r < ROWS; r++) sums[r][v] += columns[r * terms + t] * kernel;
        }
    for (int r = 0; r < ROWS; r++)
        for (int v = 0; v < vectors; v++) VEC(tile + (r * vectors + v) * LANES) = sums[r][v];
}

// weight [taps * channels][width]: the channels of `out` and zeros up to a multiple of LANES. 0: no memory.
int deform_conv(const Convolution *conv, const float *weight) {
    const Map *out = &conv->out;
    const long terms = conv->kernel * conv->kernel * conv->feature.channels, pixels = out->height * out->width;
    const long width = (out->channels + LANES - 1) / LANES * LANES, blocks = (pixels + BLOCK - 1) / BLOCK;
    const size_t size = (BLOCK * terms * sizeof(float) + 63) / 64 * 64;
    int done = 1;
#pragma omp parallel num_threads(conv->threads)
    {
        float *columns = aligned_alloc(64, size);
        Places places;
        if (columns) memset(columns, 0, size);  // those of pixels beyond the last one are multiplied too
        if (!columns) {
#pragma omp atomic write
            done = 0;
        }
#pragma omp for schedule(dynamic, 8)
        for (long b = 0; b < out->images * blocks; b++) {
            const long image = b / blocks, first = b % blocks * BLOCK, count = least(BLOCK, pixels - first);
            if (!columns) continue;
            see(columns, &places, conv, image, first, count);
            for (long o = 0; o < width; o += 2 * LANES)
                for (long j = 0; j < count; j += ROWS) {
                    float tile[ROWS * 2 * LANES];
                    const long made = least(2 * LANES, width - o), used = least(made, out->channels - o);
                    if (made == LANES) multiply(tile, columns + j * terms, weight + o, terms, width, 1);
                    else multiply(tile, columns + j * terms, weight + o, terms, width, 2);
                    for (long r = 0; r < least(ROWS, count - j); r++) {
                        const long pixel = first + j + r;
                        float *to = at(out, image, pixel / out->width, pixel % out->width) + o;
                        for (long i = 0; i < used; i++) to[i] = tile[r * made + i];
                    }
                }
        }
        free(columns);
    }
    return done;
}
