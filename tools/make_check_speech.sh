#!/usr/bin/env bash
# Speech and noise that no recipe was developed on: sentences read by espeak-ng, noises made by sox (apt-get install espeak-ng sox).
#
#   tools/make_check_speech.sh FOLDER
#   sparring evaluate RUN data.clean=FOLDER/speech data.noise=FOLDER/noise data.held_out_share=0.49
set -euo pipefail
mkdir -p "$1/speech" "$1/noise"
number=100
while read -r sentence; do
    for voice in en-us+f3 en-gb+m2; do
        espeak-ng -v "$voice" -s 150 -w "$1/speech/${voice/+/-}_$number.wav" "$sentence"
    done
    number=$((number + 1))
done <<'SENTENCES'
A rolling stone gathers no moss.
The early bird catches the worm, but the second mouse gets the cheese.
Many hands make light work of a heavy load.
Still waters run deep under the old wooden bridge.
When the cat is away, the mice will dance all night.
A watched pot never boils, as every cook will tell you.
The pen is mightier than the sword, said the tired clerk.
Birds of a feather flock together in the autumn sky.
You cannot teach an old dog how to play the violin.
Every cloud has a silver lining after the long rain.
The grass is always greener on the other side of the fence.
Make hay while the sun shines over the northern hills.
SENTENCES
hear() { sox -R -q -n -r 44100 -c 1 "$1" synth 12 "${@:2}" gain -n -6; }
hear "$1/noise/100.wav" brownnoise vol 0.3 tremolo 0.7 80
hear "$1/noise/200.wav" sawtooth 90-110 vol 0.3 lowpass 2500
hear "$1/noise/300.wav" pinknoise vol 0.3 bandpass 1200 1.5q tremolo 6 95
hear "$1/noise/400.wav" whitenoise vol 0.3 highpass 3000 tremolo 11 90
hear "$1/noise/500.wav" sine 400-1600 vol 0.3 tremolo 3 60
hear "$1/noise/600.wav" trapezium 50 vol 0.3 tremolo 2 70
hear "$1/noise/700.wav" brownnoise vol 0.3 lowpass 400
hear "$1/noise/800.wav" pinknoise vol 0.3 flanger
