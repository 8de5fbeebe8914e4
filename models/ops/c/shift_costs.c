// How different two maps are under the nine shifts by at most one pixel.
#include <math.h>

#include "places.h"

// out [images, 9, height, width]; the channels of a pixel of both other maps lie side by side
void shift_costs(const Map *current, const Map *reference, const Map *out, long threads) {
    const long height = out->height, width = out->width, channels = current->channels;
    const ints without_sign = (ints){0} + 0x7fffffff;
#pragma omp parallel for num_threads(threads) schedule(dynamic, 4)
    for (long row = 0; row < out->images * height; row++)
        for (long image = row / height, y = row % height, x = 0; x < width; x++) {
            const float *here = at(current, image, y, x), *there[9];
            vec sums[9] = {0};
            for (long s = 0; s < 9; s++) {
                const long ty = y + s / 3 - 1, tx = x + s % 3 - 1;
                there[s] = at(reference, image, ty < 0 ? 0 : least(ty, height - 1), tx < 0 ? 0 : least(tx, width - 1));
            }
            long c = 0;
            for (; c + LANES <= channels; c += LANES)
                for (int s = 0; s < 9; s++) sums[s] += (vec)((ints)(VEC(here + c) - VEC(there[s] + c)) & without_sign);
            for (int s = 0; s < 9; s++) {
                float sum = 0;
                for (int i = 0; i < LANES; i++) sum += sums[s][i];
                for (long i = c; i < channels; i++) sum += fabsf(here[i] - there[s][i]);
                at(out, image, y, x)[s * out->channel] = sum / channels;
            }
        }
}
