// Where the rows of weights lie. Kinds of row: 16 weights from an interval of -7 on; by difference to a lane; by degree;
// by lane; and plain ones of 16 or 32 weights.
enum {
  ROLES = 4,  // melody, bass, the highest inner part, the others
  DIFFERENCE = 96, DIFFERENCE_ORIGIN = 48,
  DEGREE = 80, DEGREE_ORIGIN = 24,
  LANE = 64, LANE_ORIGIN = 16,

  AT_INTERVAL = 0,                                             // [role][class of the interval before]
  AT_BASS = AT_INTERVAL + ROLES * 7 * 16,                      // [role][strong]
  AT_TOP = AT_BASS + ROLES * 2 * DIFFERENCE,                   // [role]
  AT_ABOVE = AT_TOP + ROLES * DIFFERENCE,                      // [role]
  AT_MOTIF = AT_ABOVE + ROLES * DIFFERENCE,                    // [role][relation][strong]
  AT_CHORD = AT_MOTIF + ROLES * 6 * 2 * DIFFERENCE,            // [role][strong]
  AT_NEXT = AT_CHORD + ROLES * 2 * DEGREE,                     // [role]
  AT_DEGREE = AT_NEXT + ROLES * DEGREE,                        // [role][context]
  AT_REGISTER = AT_DEGREE + ROLES * 8 * DEGREE,                // [role][level]
  AT_WINDOW = AT_REGISTER + ROLES * 3 * LANE,                  // [climax 0, 1; nadir 2, 3]

  AT_PLACE = AT_WINDOW + 4 * LANE,                             // [role][span][context of the rhythm]
  AT_FORMER = AT_PLACE + ROLES * 2 * 6 * 16,                   // [role][relation][what the reference did]
  AT_FLOW = AT_FORMER + ROLES * 3 * 17 * 16,                   // [role][what the part did before]
  AT_UNION = AT_FLOW + ROLES * 17 * 16,                        // [role][onsets of the parts decided]
  AT_DENSITY = AT_UNION + ROLES * 16 * 16,                     // [role][onsets that are wanted][had so far]
  AT_TIE = AT_DENSITY + ROLES * 9 * 5 * 16,                    // [role][how the last note may go on]

  AT_CHORD_AFTER = AT_TIE + ROLES * 4 * 16,                    // [mode][chord before]
  AT_CHORD_CADENCE = AT_CHORD_AFTER + 2 * 33 * 32,             // [mode][cadence][spans to it]
  AT_CHORD_PLACE = AT_CHORD_CADENCE + 2 * SONG_CADENCES * 8 * 32,  // [mode][section's place][span]
  AT_CHORD_FORMER = AT_CHORD_PLACE + 2 * 8 * 2 * 32,           // [relation][chord of the reference]

  AT_TRANSFORMATION = AT_CHORD_FORMER + 4 * 33 * 32,           // [relation]
  AT_TRANSFORMATION_PLACE = AT_TRANSFORMATION + 6 * 16,        // [relation][odd or even]
  NOTHING = AT_TRANSFORMATION_PLACE + 6 * 2 * 16,              // stays 0: where there is no such row
  WEIGHTS = NOTHING + 64,
};
