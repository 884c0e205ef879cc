/**
 * Words that people build passwords of, by what they think of: a table, so it is longer than a file
 * should be. It was written by hand. Odd entries stand here because a published list begins with
 * them and the rules alone let them pass; decision 0011 says what that means for the figures. Small
 * letters only; capitals, signs and endings are folded elsewhere.
 */
export const COMMON_WORDS: readonly string[] = [
  // Doors, accounts and machines.
  `password passwd passwort passphrase passcode pass word login logon letmein welcome admin
  manage administrator administrateur root toor guest user username users default change
  changeme changeit secret secrets private public secure security access account accounts system
  server service services network internet online offline computer laptop desktop monitor
  keyboard mouse printer modem router wifi website webmaster web mail email master superuser
  super power shadow hacker hack cracker code coder program developer debug test tester testing
  tests demo sample example temp temporary database data backup support help helpdesk office
  company business work worker job boss manager director president captain chief officer general
  major colonel sergeant commander admiral pilot doctor nurse lawyer teacher student school
  college university classroom homework library phone mobile number letter digital electric
  electronic terminal console client linux unix windows microsoft apple macintosh android google
  yahoo facebook twitter instagram youtube netflix amazon oracle informix mysql postgres redis
  docker kubernetes jenkins github gitlab token bearer jwt key keys sign signing signature
  cipher crypto crypt hash salt config application api char character characters long short
  validate valid value values write read random string words should could would install
  installer setup update upgrade download upload file folder open close enter exit start stop
  begin end enable disable newpass newuser newaccount oldpass mypass nopass anypass provider
  domain hostname localhost sluice flowrunner roundtable seriesoftubes crucible ffmpeg workflow
  env var must dev prod staging airflow dify flowise langflow langchain n8n nodered
  prefect temporal zapier`,
  // What one says.
  `iloveyou ilove loveyou love lovely lover loves loving hate hello hallo heythere hey hi goodbye
  bye thanks thank thankyou please sorry welcome whatever whatsup who what where when why how
  cares idontknow dont know nothing anything something everything everyone nobody somebody
  forever never always today tomorrow yesterday tonight morning evening night midnight noon
  daytime day days time times happy sad angry crazy funny lucky luck good great best better bad
  evil nice cool hot cold warm sexy pretty beautiful gorgeous sweet sugar cute little big huge
  small tiny fast slow quick new old young baby babe babygirl babyboy girl girls boy boys man
  men woman women lady guy dude buddy friend friends mother father mom mommy mama dad daddy papa
  brother sister son daughter uncle aunt cousin grandma grandpa family home house kitchen garden
  window door room bed table chair street road trust trustno no yes maybe okay this that these
  those it is was are am be been being have has had do does did done make makes makeit so go
  going gone come came get got give take see look think feel want need try let me my mine you
  your yours he she his her him they them we us our i the a an and or not but if then else for
  from to in on off at by of up down out over under with without all any one two three four five
  six seven eight nine ten eleven twelve hundred thousand million billion first second third
  last next just only really very too more less most again back morecats thisis itsme itis
  myself yourself amazing awesome fantastic wonderful perfect excellent super ultimate extreme
  total maximum minimum special unique simple easy hard difficult strange stranger danger
  dangerous safe sure true false real fake truth lie lies right wrong left north south east west
  here there inside outside life live living alive dead death die kill killer murder fuck fucker
  fucking fuckyou fuckme fuckoff shit bullshit bitch asshole ass bastard damn crap piss dick
  pussy cock suck sucks sucker suckme cum porn sex nude boob boobs tits butt butthead dickhead
  deadhead shithead assmunch hosehead dillweed deeznuts nuts head face fuckface slut whore horny
  hell`,
  // Beasts and plants.
  `animal monkey dragon tiger lion leopard panther puma jaguar cheetah cougar wildcat bobcat lynx
  bear teddybear teddy carebear panda koala kangaroo wolf wolves fox dog dogs doggy puppy hound
  bulldog poodle beagle boxer cat cats kitty kitten kittycat pussycat horse horses pony stallion
  mustang donkey mule cow bull buffalo bison sheep lamb goat pig piglet rabbit bunny hamster
  mouse rat squirrel beaver otter badger hedgehog raccoon skunk bat elephant rhino hippo giraffe
  zebra camel llama deer elk moose reindeer gorilla chimp ape fish bluefish goldfish swordfish
  catfish blowfish fishing shark whale dolphin dolphins stingray octopus squid lobster crab
  shrimp oyster turtle turtles tortoise snake python cobra viper rattlesnake lizard gecko iguana
  chameleon crocodile alligator gator frog froggy froggies toad bird birds birdie bluebird
  freebird blackbird eagle eagles falcon hawk hawkeye owl raven crow parrot penguin penguins
  duck ducky goose swan chicken rooster turkey flamingo peacock pigeon dove robin sparrow bee
  bees honeybee wasp hornet spider spiderman ant ants beetle butterfly butter fly dragonfly
  ladybug cricket mosquito scorpion anaconda dinosaur unicorn phoenix griffin pegasus gargoyle
  aardvark armadillo roadrunner road runner predator mammoth flower flowers rose roses lily
  daisy violet tulip orchid lotus sunflower jasmine lavender cherry blossom tree trees forest
  wood woods jungle leaf grass bush palm maple oak pine cedar willow ivy clover shamrock cactus
  mushroom flowerpot plant seed root bamboo mariposa firebird thunderbird woodpecker bug worm
  coyote`,
  // Skies, earth, colours and days.
  `sun sunny sunshine sunset sunrise sundance shine shiny moon moonbeam moonlight moonshine star
  stars starlight starfish starship starbuck starbucks stargate starwars startrek trek superstar
  rockstar blackstar darkstar sky skyline skywalker walker cloud clouds redcloud rain rainbow
  raindrop storm thunder lightning light bright dark darkness night nightshadow nightwind
  nightmare wind windy windsurf surf surfer hurricane tornado snow snowball snowflake snowman
  snowboard ice iceberg iceman frost winter spring summer autumn fall fire fireball fireman
  firefly flame flames water waterfall river lake ocean sea beach island mountain mountains hill
  valley desert canyon volcano earth world planet mars venus jupiter saturn neptune uranus
  mercury pluto galaxy universe cosmos space spaceman comet meteor eclipse solar nova orbit
  black white red green blue yellow orange purple pink brown grey gray gold golden silver bronze
  copper iron steel metal metallic platinum diamond diamonds ruby emerald sapphire crystal pearl
  jade amber opal coral stone rock rocks sand dust mud clay january february march april may
  june july august september october november december monday tuesday wednesday thursday friday
  saturday sunday weekend holiday vacation birthday christmas xmas easter halloween valentine
  newyear millennium millenium century anniversary wedding party season monsoon tsunami hydrogen
  helium oxygen carbon nitrogen sodium uranium neutrino neutron proton electron atom atomic
  nuclear laser laserjet radar magnet temporal gamma alpha beta delta omega sigma theta lambda
  epsilon zeta kappa phi chi psi greenday day good pipeline line lines blueeyes eyes eye
  bluejean jean jeans violets scarlett crescent aquarius aries taurus gemini cancer leo virgo
  libra sagittarius capricorn pisces zodiac`,
  // Games and sports, songs, tales and films.
  `football soccer baseball basketball base basket volleyball hockey lacrosse golf golfer tennis
  rugby cricket softball soft ball bowling boxing wrestling wrestler karate judo kungfu ninja
  samurai skate skater skateboard ski skiing snowboarding swim swimmer swimming running jogging
  fishing hunting hunter hunt camping hiking biking bike biker cycling cyclist racing racer
  nascar driver driving aerobics gymnast dance dancer dancing cheer cheerleader coach player
  players team winner win champion champions championship challenge olympics marathon goalie
  goal tightend tight quarterback touchdown homerun homer pitcher slam dunk jordan jordan23
  bulls lakers celtics knicks raiders cowboys steelers packers broncos redskins patriots
  dolphins giants yankees redsox cardinals cardinal tigers wolverine wolverines buckeyes gators
  longhorn longhorns sooners huskers badgers spartans trojans warriors warrior pirates pirate
  rangers ranger rockets nuggets suns hornets blazers blackhawks bruins flyers sabres canucks
  arsenal chelsea liverpool everton manchester united barcelona barca madrid juventus milan
  inter bayern munich ajax celtic benfica porto flamenco galatasaray game games gamer gaming
  poker blackjack jack joker casino chess checkers monopoly trivia puzzle nintendo playstation
  sega atari xbox mario luigi zelda pokemon pikachu tetris pacman sonic warcraft starcraft
  minecraft fortnite roblox counterstrike doom quake diablo blizzard halo legend legends
  assassin music musician song songs singer rock rocker rocknroll roll metal punk jazz blues
  disco techno guitar piano pianoman drum drummer drums bass trumpet trombone violin cello
  saxophone flute band concert melody harmony rhythm metallica nirvana beatles zeppelin
  ledzeppelin pinkfloyd floyd queen kiss abba slayer megadeth pantera slipknot korn tool rush
  genesis yes phish jethrotull jethro tull deadhead grateful greatful ramones clash oasis
  radiohead coldplay eminem tupac biggie snoop snoopdog snoopy doggydog rasta rastafarian reggae
  marley hiphop rapper pearljam jam meatloaf smashing pumpkins coltrane garfunkel simon elvis
  prince princess madonna cinderella rapunzel tinkerbell tinker bell peterpan pan mermaid merlin
  wizard witch magic magical magician sorcerer potter harrypotter hogwarts hobbit gandalf frodo
  bilbo aragorn legolas sauron raistlin excalibur camelot lancelot arthur knight robinhood hood
  batman catwoman superman superwoman wonderwoman wonder hero heroes ironman hulk thor loki
  avengers captain xmen deadpool riddler penguin lonestar loislane lois lane clark terminator
  robocop rambo rocky matrix neo morpheus trinity mulder scully xfiles simpsons bart southpark
  cartman kenny beavis garfield snickers pooh poohbear winnie winniethepooh tigger eeyore piglet
  mickey minnie donald goofy disney pluto bambi dumbo scooby scoobydoo doo shaggy yogi yogibear
  bugs bunny tweety sylvester tazdevil taz devil daffy popeye whoville grinch thelorax lorax
  smurf barbie jamesbond bond bond007 goldfinger godzilla kingkong kong dracula vampire zombie
  ghost spooky spirit angel angels heaven jesus christ god godis lord bible church faith hope
  grace mercy blessed prayer amen bismillah allah buddha shiva krishna karma hallowell rambler
  enterprise spock kirk picard vulcan klingon borg ncc1701 ncc1701d ncc1701e babylon babylon5
  vader yoda jedi sith luke leia hansolo solo chewbacca tardis dalek who mobydick moby treasure
  adventure explorer quest journey voyager voyage mystery fantasy fiction novel tale story
  gilgamesh odyssey hercules zeus apollo athena hermes poseidon hades prometheus daedalus icarus
  andromed andromeda pandora medusa valhalla odin asgard viking vikings spartan roman gladiator
  caesar napoleon geronimo apache cherokee sidekick side kick front front242 obsession paradigm
  damogran zaphod trillian robotech xcountry cross country the thejudge judge justice law order
  police cop sheriff detective spy agent secretagent intrepid nightrider commando rebel rebels
  renegade revolution republic freedom liberty victory peace war soldier army navy marine
  marines airforce airborne sniper bullet gun guns rifle pistol weapon sword blade knife arrow
  shield armor tank bomber fighter spitfire dead kennedy sphynx sphinx`,
  // Food, things, cars and brands.
  `food pizza pasta spaghetti burger hamburger hotdog sandwich cheese bacon sausage steak chicken
  rice bread toast butter jelly peanut peanutbutter chocolate chocolat vanilla caramel candy
  cookie cookies cake cupcake pie applepie apple banana orange lemon lime cherry strawberry
  straw berry blueberry raspberry blackberry grape melon watermelon peach pear plum mango
  pineapple coconut kiwi papaya avocado tomato potato carrot onion garlic pepper salt ginger
  pumpkin cabbage lettuce spinach broccoli corn cornflake cornflakes flake pickle popcorn
  pretzel donut doughnut muffin brownie pancake waffle honey syrup sweetpea pea peas bean beans
  coolbean coffee tea milk milkshake juice soda cola cocacola coca coke pepsi sprite fanta
  rootbeer beer wine vodka whiskey tequila rum gin brandy schnapps guinness heineken budweiser
  corona homebrew brew brewster drink drunk sober vitamin icecream cream tacobell taco burrito
  nacho sushi noodle noodles soup salad egg eggs chiquita nestle snack lunch dinner breakfast
  supper cook cooking chef baker bakery car cars truck trucks van bus train airplane plane boat
  ship sailboat sail sailing sailor submarine rocket helicopter motor motorcycle motorbike
  harley davidson honda toyota nissan mazda subaru suzuki yamaha kawasaki ducati ford chevy
  chevrolet dodge pontiac buick cadillac lincoln chrysler jeep jeepster hummer tesla porsche
  porsche911 ferrari lamborghini maserati bmw mercedes audi volkswagen volvo saab jaguar bentley
  corvette camaro mustang viper charger challenger impala cobra prelude civic accord corolla
  camry scooter cruiser crusader wrangler adidas nike puma reebok converse gucci prada chanel
  rolex casio sony samsung nokia motorola ericsson panasonic toshiba philips siemens canon nikon
  kodak epson hewlett packard compaq dell gateway intel pentium cisco performa airport marlboro
  camel winston rossigno rossignol cannondale altamira money cash dollar dollars euro rich bank
  banker banking credit million millionaire gold treasure lottery insurance allstate property
  rent finance market trade trader stock stocks sale sales shop shopping store gift box bag hat
  shirt shoe shoes boots dress ring watch clock mirror glass bottle cup plate spoon fork knife
  lamp candle fire smoke bomb hammer nail screw wrench drill saw chainsaw chain bicycle wheel
  tire engine turbo diesel gasoline battery staple correcthorsebatterystaple correct wire cable
  switch button robot robots robotics cyborg android machine mechanic gadget toy toys doll
  babydoll puppet balloon kite notebook note book books bookworm calendar pencil paper page
  picture photo camera video movie film cinema television radio stereo speaker pillow blanket
  towel soap bubble bubbles sponge spongebob chandler chouette snickers ladder bridge tower
  castle palace temple pyramid mansion barn barnyard yard farm farmer ranch cabin cottage hotel
  motel tavern wagon cart carriage saddle whip horseshoe spur transport transfer trans port
  training fender gibson strat stratocaster sprocket snapper flanders majordomo metro subway
  taxi bunker helmet uniform medal badge flag banner crown throne king kings kingfish kingdom
  queen royal emperor empire knight duke dutchess duchess baron lord viking overkill kill
  highland high histoire history science physics chemistry biology algebra geometry calculus
  math integral research creative creation design designer artist art poet poetry politics
  political democrat senator national international global local feedback feed instruct
  instructor signature remember forget memory dream dreams dreamer sleep sleepy wake mind soul
  heart hearts body blood bone bones skull hand finger foot feet nose mouth lips tooth hair
  beard smile smiley laugh cry tears kiss kisses hug hugs touch clueless clue fearless fear less
  confused confuse ruthless precious charming silly stupid idiot moron loser lazy smart clever
  genius brain crazy mad psycho maniac freak weird weirdo nerd geek dork gangsta gangster thug
  player playboy playgirl hustler pimp stud hottie sexygirl sexything chick blonde brunette
  redhead blondie curly shorty tigger trouble bubba cowboy cowgirl rodeo indian chief gypsy
  hippie hobo bum clown jester fool wizard nomad vagabond hardcore hardrock hard core woof
  woofwoof meow moo oink quack spazz downtown town city village fairview fair view newcourt
  court vision acropolis lionking munchkin manageme mega ultra hyper nitro`,
  // Places.
  `america american usa england english britain british london scotland scottish ireland irish
  wales france french paris germany german berlin munich hamburg frankfurt austria vienna
  switzerland swiss zurich geneva italy italian rome venice florence naples sicily spain spanish
  madrid seville valencia portugal lisbon lissabon holland dutch amsterdam rotterdam belgium
  brussels denmark copenhagen sweden swedish stockholm norway oslo finland helsinki iceland
  russia russian moscow poland polish warsaw czech prague hungary budapest romania bulgaria
  serbia croatia greece greek athens turkey istanbul cyprus malta israel jerusalem egypt cairo
  africa nigeria kenya morocco india delhi mumbai pakistan china chinese beijing shanghai
  hongkong taiwan taipei japan japanese tokyo osaka kyoto korea seoul thailand bangkok vietnam
  indonesia malaysia singapore philippines manila australia sydney melbourne zealand canada
  canadian toronto montreal vancouver ottawa quebec mexico mexican cuba havana jamaica bahamas
  brazil argentina chile peru colombia venezuela europe asia atlantic pacific arctic california
  florida texas alaska hawaii arizona colorado montana nebraska nevada oregon utah idaho kansas
  iowa michigan minnesota wisconsin illinois indiana ohio kentucky tennessee georgia alabama
  mississippi louisiana arkansas oklahoma missouri virginia carolina maryland delaware
  pennsylvania jersey newjersey newyork york boston chicago detroit denver dallas houston austin
  phoenix portland port land seattle sanfrancisco francisco losangeles angeles hollywood
  lasvegas vegas miami orlando atlanta brooklyn bronx manhattan harlem broadway broad way queens
  philadelphia cleveland pittsburgh baltimore washington columbia columbus memphis nashville
  kalamazo kalamazoo albany buffalo waterloo concorde oxford cambridge bristol cardiff glasgow
  edinburgh dublin belfast leeds newcastle birmingham nottingham windsor zhongguo laos cambodia
  nepal tibet everest sahara amazon`,
  // Other tongues: what their lists begin with.
  `salasana sumuinen sesame contrasena motdepasse parola haslo jelszo heslo lozinka wachtwoord
  losenord kennwort geheim passord adgangskode senha clave secreto amor amore teamo tequiero
  mivida corazon bonita hermosa princesa estrella familia hola bonjour merci soleil chouchou
  doudou loulou azerty hallo schatz liebe sonne mond sommer winter fussball schalke dortmund
  bayern hoffnung engel blume mutter vater welkom ciao bella ragazza juventus forza italia
  napoli benvenuto privet lubov parol rhjrjlbk gfhjkm ghbdtn qazwsx woaini woaiwo wodemima mima
  nihao zhongguo beijing shanghai laopo laogong baobao baobei xiaoxiao zhenzhen wo ai ni sakura
  naruto konnichiwa sayonara anata tomodachi nippon inuyasha saranghae chingu namaste bharat
  krishna ganesh mahal inshallah habibi maktoob yalla sevgili askim galatasaray fenerbahce
  besiktas istanbul kochanie polska misiek kotek dupa kurwa marmelada obrigado brasil flamengo
  corinthians palmeiras santos benfica sporting`,
  // As they are folded: without marks.
  `пароль парол любовь люблю привет солнышко солнце ицукен фывапролдж фыва ячсмить наташа марина
  настя максим андреи сергеи дмитрии александр алексеи николаи екатерина виктория елена светлана
  кристина котенок котик кошка собака заика мама папа мамапапа россия москва спартак зенит
  динамо медведь дракон админ доступ секрет вход здравствуи хорошо спасибо жизнь счастье друг
  дружба семья работа школа компьютер телефон украина киев минск лето зима весна осень`,
  // Rows, runs and numbers with a meaning.
  `qwerty qwertyui qwertyuiop qwert azertyuiop asdf asdfg asdfgh asdfjkl zxcvbn zxcvbnm zxcv
  qazwsxedc qaz wsx edc 1qaz2wsx q1w2e3r4 1q2w3e4r a1b2c3 a1b2c3d4 abc abc123 abcd abcd1234
  abcdef aabbcc xyz xxx 123 1234 12345 123123 123321 1212 1313 1314 520 5201314 1314520 521 007
  420 666 777 888 999 911 2112 1984 1999 2000 2001 112233 121212 131313 696969 101010 159753
  147258 147258369 789456 456789 741852 987654321 987654 654321 135790 246810 24680 1337 31337
  leet elite 4ever 4life 4u 2fast 2hot`,
];
