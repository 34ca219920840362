//! A failpoint that nothing passes would be a proof of nothing: each is passed by some run.
