/** First names, family names and pet names that passwords are made of; small letters only. */
export const COMMON_NAMES: readonly string[] = [
  `aaron abby abigail adam adrian adriana agnes aidan alan albert alberto alejandro alex
  alexander alexandr alexandra alexandre alexis alfred ali alice alicia alison allen allison
  alyssa amanda amber amelia amy ana anastasia andre andrea andreas andrei andres andrew andy
  angela angelica angelina angie anita ann anna annabelle anne annette annie anthony antoine
  anton antonio april ariana arnold ashley audrey austin ava barbara barry beatrice becky ben
  benjamin benny bernard bernardo bernie beth bethany betty beverly bianca bill billy bob bobby
  bonnie brad bradley brandi brandon brandy brenda brendan brent brett brian bridget britney
  brittany brooke bruce bruno bryan bryce caitlin calvin cameron camila camille candice carl
  carla carlos carmen carol carole carolina caroline carolyn carrie casey cassandra catalina
  catherine cathy cecilia chad charles charlie charlotte chelsea cheryl chester chloe chris
  chrissy christi christia christian christin christina christine christoph christophe
  christopher christy chuck cindy claire clara clarence clarissa claude claudia clayton cody
  colin colleen connie connor cordelia corey courtney craig cristian cristina crystal curtis
  cynthia daisy dakota dale dan dana daniel daniela danielle danny daphne darlene darren dave
  david dawn dean deanna debbie deborah debra denise dennis derek derrick desiree diana diane
  diego dieter dirk dmitri dolores dominic dominick dominique don donald donna doris dorothy
  doug douglas duane duncan dustin dwayne dylan earl eddie edgar edith eduardo edward edwin
  eileen elaine eleanor elena eli elias elijah elisa elisabeth elise eliza elizabeth ella ellen
  elliot emily emma enrique eric erica erik erika erin ernest esteban esther ethan eugene eva
  evan evelyn faith felicia felipe felix fernando fiona florence frances francesca francesco
  francine francis francisco francois frank frankie franklin franz fred freddy frederic
  frederick fritz gabriel gabriela gabriell gabrielle gary gavin gene genevieve geoffrey george
  gerald gerard gianni gilbert gina giovanni giuseppe gladys glen glenn gloria gordon graham
  grant greg gregory gretchen guillermo gustavo guy gwen hannah hans harold harry harvey hassan
  heather hector heidi heinz helen helena henri henry herbert herman hillary holly howard hugh
  hugo ian ibrahim igor ines ingrid irene iris irina isaac isabel isabella isabelle ivan jack
  jackie jackson jacob jacqueline jacques jaime jake james jamie jan jane janet janice jared
  jason javier jay jean jeanette jeanne jeff jeffrey jenna jennie jennifer jenny jeremy jerome
  jerry jesse jessica jessie jill jim jimmy joan joann joanna joanne jodi joe joel joey johan
  johann johanna johannes john johnny jon jonas jonathan jordan jorge jose joseph josephine josh
  joshua joy joyce juan juanita judith judy julia julian juliana julie juliet julio june jurgen
  justin kaitlyn karen karin karina karl karla kate katelyn katerina katharina katherine
  kathleen kathryn kathy katie katrina kay kayla keith kelly kelsey ken kenneth kenny kerry
  kevin khalid kim kimberly kirk klaus kristen kristin kristina kristine kurt kyle laetitia
  lance larry laura lauren laurent laurie lawrence leah lee lena leo leon leonard leonardo
  leslie lewis liam lily linda lindsay lindsey lisa lloyd lois lola lopez lora lorenzo loretta
  lori lorraine louis louise lucas lucia luciana lucy luis luke lydia lynn mackenzie madeline
  madison maggie malcolm manuel manuela marc marcel marcia marco marcos marcus margaret maria
  mariah marian marianne marie mariella marielle marilyn marina mario marion marisa mark markus
  marlene marsha marshall martha martin martina marvin mary maryann maryjane mason mateo mathew
  matt matthew maureen maurice maverick max maxime maxwell maya megan mel melanie melinda
  melissa melvin mercedes meredith mia michael michaela michel michele michelle miguel mikael
  mike mikhail mildred miles milton mindy miranda miriam mitch mitchell mohamed mohammad
  mohammed moira molly monica monika monique morgan mortimer muhammad murray mustafa myra nadia
  nancy naomi natalia natalie natasha nathan nathaniel neil nelson nicholas nick nicklaus nicola
  nicolas nicole nigel nikita nikki nina noah nora norma norman oliver olivia olga omar oscar
  otto owen pablo paige pam pamela patrice patricia patrick patty paul paula pauline pavel pedro
  peggy penelope penny perry pete peter petra phil philip philippe phillip phillips phyllis
  pierre priscilla rachel rachelle rafael ralph ramon randall randy raphael raul ray raymond
  rebecca regina reginald reinhard renata rene renee rex rhonda ricardo richard richards rick
  ricky riley rita rob robert roberta roberto robin rodney rodrigo roger roland ron ronald
  ronnie rosa rosalie rose rosemary ross roy ruben ruby russell ruth ryan sabrina sally salvador
  sam samantha sammy samuel sandra sandy santiago sara sarah sasha savannah scott sean sebastian
  serena serge sergei sergio seth shane shannon shari sharon shaun shawn sheena sheila shelby
  shelley sherri sherry sheryl shirley sidney silvia simon simone sofia solomon sonia sophia
  sophie spencer stacey stacy stan stanley stefan stella stephan stephani stephanie stephen
  steve steven stewart stuart sue summer susan susana susanne suzanne sven svetlana sylvia
  tamara tammy tania tanya tara tatiana taylor ted teresa terrance terri terry thelma theo
  theodore theresa thomas tiffany tim timothy tina tobias toby todd tom tommy toni tony tracey
  traci tracy travis trevor tricia trisha tristan troy tyler ulrich ursula valentin valentina
  valentine valerie vanessa vera vernon veronica vicki vicky victor victoria vince vincent viola
  violet virginia vivian vladimir walter wanda warren wayne wendy werner wesley whitney wilhelm
  will william williams willie winston wolfgang xavier yasmin yolanda yuri yvette yvonne zachary
  zoe`,
  `adams allen anderson baker bailey barnes bell bennett brooks brown bryant butler campbell
  carter clark clarkson coleman collins cook cooper cox crawford cruz cunningham davidson davis
  diaz edwards einstein evans ferguson fernandez fisher fletcher flores ford foster fountain
  garcia gibson gomez gonzales gonzalez graham green griffin hall hamilton harris harrison hayes
  henderson hernandez hill howard hughes hunter ivanov jackson jenkins johnson jones jordan
  kelly kennedy kim king kowalski kumar lee lewis lopez long lynn marshall martinez mattingly
  mckenzie meyer miller mitchell montrose moore morales morgan morris muller murphy myers nelson
  nguyen nicholson obrien parker patel perez perry peterson petrov phillips powell price ramirez
  reed reyes reynolds richardson richmond rivera roberts robinson rodriguez rogers rossi russell
  sanchez sanders schmidt schneider scott shah sharma silva singh simmons smirnov smith smitty
  snyder sterling stewart suarez sullivan taylor thomas thompson thornton torres turner walker
  wallace wang ward washington watson weber white williams williamson wilson wood wright yang
  yamamoto tanaka suzuki thrasher chandler chinacat datatrain train buddy rex fido rover lassie
  spot bandit shadow lucky max bella daisy molly ginger smokey pepper snowball patches misty
  tiger felix simba nala oreo cookie peanut princess precious sparky rusty buster casper duke
  bear harley rocky samson scout skipper snuggles socks whiskers tinkerbelle`,
];
