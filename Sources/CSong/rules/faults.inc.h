// Every time that a hard rule was broken because nothing else was left: - 1.
//
// Source: own.
#define FAULTS_RULE {"faults", "A hard rule that had to be broken.", 1.5}

static const float faults_rule = -1;
